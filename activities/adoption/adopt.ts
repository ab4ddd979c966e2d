import { type AdoptInput, type AdoptResult, adoptedEstimator } from '../../contracts/adoption.ts';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import { bootstrapMetrics } from '../../models/evaluation/judge.ts';
import { examineInProcess } from '../../models/onnx/foreign/examine.ts';
import type { ForeignTask } from '../../models/onnx/foreign/types.ts';
import { rawColumns } from '../../models/training/columns.ts';
import { targetOf } from '../../models/training/prepare.ts';
import { taskOf } from '../../models/training/task.ts';
import type { Registry } from '../../registry/types.ts';
import { inputSchemaHashOf } from '../fingerprints.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { TrainingSets } from '../training-set.ts';
import { judgingRows } from './judging-rows.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: Pick<Registry, 'models' | 'pipelines' | 'datasets'>;
  trainingSets: Pick<TrainingSets, 'testFrame'>;
}

/** A model from elsewhere becomes a version: examined on real rows, judged as every other, and the challenger. */
export const createAdoptionActivities = ({ artifacts, registry, trainingSets }: Deps) => ({
  async adoptModel(input: AdoptInput): Promise<AdoptResult> {
    const runId = adoptionId(input);
    const known = await registry.models.byRun(runId);
    if (known !== undefined) return { version: known.version };
    return await withHeartbeat('adopt', async ({ signal, report }) => {
      const { spec } = await registry.pipelines.get(input.pipeline);
      const set = await judgingRows({ artifacts, registry }, spec);
      const { frame } = await trainingSets.testFrame(set);
      report({ phase: 'examine', done: 0, total: 2 });
      const names = modelInputs(spec).map(({ name }) => name);
      const { bytes, prediction, width, parityMaxAbsolute } = await examineInProcess(
        {
          file: await artifacts.readBytes(input.onnx),
          about: taskFor(spec, input),
          columns: rawColumns(frame, names),
          rows: frame.rows,
        },
        signal,
      );
      report({ phase: 'judge', done: 1, total: 2 });
      const metrics = await bootstrapMetrics(
        taskOf(spec),
        targetOf(spec, frame),
        { values: prediction, outputs: width },
        { seed: spec.seed, resamples: spec.promotion.resamples, signal },
      );
      const onnx = await artifacts.putBytes(bytes, { name: 'model.onnx', mediaType: 'application/onnx' });
      const { source, synthetic } = await registry.datasets.get(set.datasetVersion);
      const { name, version: number, runId: mlflowRun } = input.model;
      const registered = await registry.models.register({
        ...{ pipeline: spec.name, runId, datasetVersion: set.datasetVersion, source, synthetic },
        ...{ splitArtifact: set.split, splitSpec: spec.split, seed: spec.seed },
        ...{ estimator: adoptedEstimator, candidate: `mlflow:${name}`, params: {}, metrics, candidates: [] },
        environment: {
          'mlflow.model': name,
          'mlflow.version': String(number),
          ...(mlflowRun === undefined ? {} : { 'mlflow.run': mlflowRun }),
        },
        codeRevision: 'made elsewhere',
        ...{ onnx, native: input.onnx, spec, parityMaxAbsolute },
        artifacts: { spec: set.spec, split: set.split },
        inputSchemaHash: inputSchemaHashOf(spec),
      });
      return { version: registered.version };
    });
  },
});

/** The same registered version is adopted once. */
const adoptionId = ({ pipeline, model }: AdoptInput): string =>
  `adopt/${pipeline}/${encodeURIComponent(model.name)}@${model.version}`;

const taskFor = (spec: PipelineSpec, { features, classes }: AdoptInput): ForeignTask => ({
  ...{ pipeline: spec.name, task: spec.task, target: spec.target, columns: modelInputs(spec) },
  classes: classesOf(spec),
  ...(features === undefined ? {} : { features }),
  ...(classes === undefined ? {} : { modelClasses: classes }),
});
