import { z } from 'zod';
import { adoptedEstimator } from '../contracts/adoption.ts';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { Frame, Matrix, Series } from '../contracts/frame.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type { ExplainInput, ExplainResult } from '../contracts/runs.ts';
import { explainModel, explainRows } from '../models/explain/candidate.ts';
import { seededRandom } from '../models/random.ts';
import { explained } from '../models/training/explained.ts';
import { featuresOf, type PreparedRows } from '../models/training/prepare.ts';
import type { ModelRegistry } from '../registry/types.ts';
import { withCandidate } from './bundles.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson, readJson } from './json.ts';
import type { TrainingSets } from './training-set.ts';
import { withWords } from './words.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { models: Pick<ModelRegistry, 'get'> };
  trainingSets: TrainingSets;
}

/** Rows that a model's explanation is a mean over, and rows that stand for "nothing known" beside a row. */
const explainedRows = 1_000;
const backgroundRows = 100;

const rowsSchema = z.array(z.record(z.string(), z.union([z.number(), z.string(), z.null()])));

/** Why models answer as they do. */
export function createExplanationActivities({ artifacts, registry, trainingSets }: Deps) {
  return {
    /** What a model has learned, over a sample of the test rows. */
    async explainModel(input: { set: TrainingSetRef; native: ArtifactRef }): Promise<ArtifactRef> {
      return await withHeartbeat('explain', async ({ signal }) => {
        const { spec, set } = await trainingSets.prepared(input.set);
        const rows = sampleOf(set.test, explainedRows, spec.seed);
        const background = sampleOf(set.train, backgroundRows, spec.seed);
        const explanation = await withCandidate(artifacts, input.native, (fitted) =>
          explainModel(explained(fitted), rows, background, {
            classes: classesOf(spec),
            signal,
            seed: spec.seed,
          }),
        );
        return await putJson(artifacts, 'explanation.json', explanation);
      });
    },

    /** Takes the answers for some rows apart, feature by feature. */
    async explainRows(input: ExplainInput): Promise<ExplainResult> {
      const version = await registry.models.get(input.pipeline, input.modelVersion);
      const { spec, native, datasetVersion, splitArtifact } = version;
      if (version.estimator === adoptedEstimator) throw onlyAFile(version.version);
      const given = rowsSchema.parse(await readJson(artifacts, input.rows));
      return await withHeartbeat('explain', async ({ signal }) => {
        const ref = { spec: version.artifacts.spec, datasetVersion, split: splitArtifact };
        const { set } = await trainingSets.prepared(ref);
        const rows = await featuresOf(spec, frameOf(spec, given));
        const background = sampleOf(set.train, backgroundRows, spec.seed);
        const explanation = await withCandidate(artifacts, native, (fitted) =>
          explainRows(explained(fitted), rows, background, {
            method: input.method,
            classes: classesOf(spec),
            signal,
            seed: spec.seed,
          }),
        );
        return { explanation: await putJson(artifacts, 'explanation.json', withWords(spec, explanation)) };
      });
    },
  };
}

const onlyAFile = (version: string): RelevoError =>
  new RelevoError('MODEL_NOT_FOUND', `${version} was not trained here: there is only its ONNX file to ask`, {
    field: 'version',
    value: version,
    expected: 'a version that a training of the pipeline made',
  });

/** So many rows, drawn without replacement, in their order; all where there are no more. */
function sampleOf(rows: PreparedRows, most: number, seed: number): PreparedRows {
  const { features } = rows;
  if (features.rows <= most) return rows;
  const order = Array.from({ length: features.rows }, (_, row) => row);
  seededRandom(seed, 'sample').shuffle(order);
  const positions = order.slice(0, most).sort((a, b) => a - b);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(positions, (at) => values[at]);
  return {
    features: pickRows(features, positions),
    target: pick(rows.target),
    base: pick(rows.base),
    residual: pick(rows.residual),
    rowIds: pick(rows.rowIds),
  };
}

function pickRows({ names, data }: Matrix, positions: number[]): Matrix {
  const picked = new Float64Array(positions.length * names.length);
  positions.forEach((from, to) => {
    picked.set(data.subarray(from * names.length, (from + 1) * names.length), to * names.length);
  });
  return { rows: positions.length, names, data: picked };
}

/** Rows as clients send them, as columns. They have been checked where they came in. */
function frameOf(spec: PipelineSpec, rows: z.infer<typeof rowsSchema>): Frame {
  const columns = modelInputs(spec).map(({ name, kind }): [string, Series] => {
    const cells = rows.map((row) => row[name] ?? null);
    if (kind === 'number')
      return [
        name,
        { kind, values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))) },
      ];
    const column = spec.columns[name];
    const dictionary = column.kind === 'category' ? column.values : [];
    return [
      name,
      { kind: 'text', codes: Int32Array.from(cells, (cell) => dictionary.indexOf(String(cell))), dictionary },
    ];
  });
  const rowIds = Float64Array.from(rows, (_, at) => at);
  return { rows: rows.length, rowIds, columns: Object.fromEntries(columns) };
}
