import type { Bilingual } from '../../../contracts/pipeline.ts';
import type { Aliases, AliasName, ModelVersion } from '../../../registry/types.ts';
import { links } from '../../http/links.ts';
import { exampleRow, inputViews, targetView } from '../pipelines/view.ts';

const aliasNames: readonly AliasName[] = ['champion', 'challenger', 'previous'];

/** A version without its spec and files. Which aliases point to it is said only where the pipeline's are given. */
export function modelView(model: ModelVersion, aliases?: Aliases) {
  const { pipeline, version, createdAt, runId, datasetVersion, source, synthetic, estimator, candidate } =
    model;
  const { seed, metrics, parityMaxAbsolute, codeRevision } = model;
  return {
    ...{ pipeline, version, createdAt, runId, datasetVersion, source, synthetic, estimator, candidate },
    ...{ seed, metric: model.spec.metric, metrics, parityMaxAbsolute, codeRevision },
    ...(aliases === undefined ? {} : { aliases: aliasNames.filter((name) => aliases[name] === version) }),
    links: { self: links.model(pipeline, version), run: links.run(runId) },
  };
}

/** What a client needs to ask the model, in the caller's language: its inputs, its target's unit, an example row. */
export const infoView = (model: ModelVersion, text: (text: Bilingual) => string) => ({
  ...modelView(model),
  title: text(model.spec.title),
  about: text(model.spec.about),
  target: targetView(model.spec),
  inputs: inputViews(model.spec),
  onnxSha256: model.onnx.sha256,
  example: exampleRow(model.spec),
});

/** Metrics on the test rows, in the unit of the target, with the split, seed and candidates that they come from. */
export const metricsView = ({
  pipeline,
  version,
  synthetic,
  spec,
  metrics,
  splitSpec,
  seed,
  candidates,
}: ModelVersion) => ({
  ...{ pipeline, version, synthetic, metric: spec.metric, metrics, seed },
  unit: targetView(spec).unit,
  split: { ...splitSpec },
  candidates: candidates.map((candidate) => ({ ...candidate })),
});
