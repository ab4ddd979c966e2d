import { executeChild, ParentClosePolicy, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import { ingestOfTraining } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type {
  CandidateResult,
  IngestResult,
  TrainInput,
  TrainOptions,
  TrainResult,
} from '../contracts/runs.ts';
import { bestOf, type Fitted, fitAll } from './candidates.ts';
import { contend } from './contend.ts';
import { fail } from './failures.ts';
import { ingestWorkflow } from './ingest.ts';
import { count, figure } from './labels.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { recorded, tag } from './recorded.ts';
import { planCandidates, specOfRun, stepsOf } from './train-plan.ts';

/** From a source to a registered version, and to the champion where it has earned that. */
export async function trainWorkflow({ spec, options }: TrainInput): Promise<TrainResult> {
  return await recorded({ kind: 'train', pipeline: spec.name, input: options }, async () => {
    const plans = planCandidates(spec, options);
    const book = openLogBook(`Training of ${spec.name}`, stepsOf(plans));
    const pinned = await light.pinSpec(specOfRun(spec, options));
    const dataset = await book.step('data', () => datasetFor(spec, options), describeDataset);
    const { datasetVersion } = dataset;
    const { split } = await book.step(
      'split',
      () => summed(compute.splitDataset, `split ${datasetVersion}`, { spec: pinned, datasetVersion }),
      ({ rows }) =>
        `${count(rows.train)} train, ${count(rows.validation)} validation, ${count(rows.test)} test`,
    );
    const set: TrainingSetRef = { spec: pinned, datasetVersion, split };
    const fitted = await fitAll(spec, book, set, plans);
    return await conclude(spec, options, book, set, fitted);
  });
}

/** The rows to learn from: read first, read where there are none, or a version that is known. */
async function datasetFor(spec: PipelineSpec, options: TrainOptions): Promise<IngestResult> {
  const { ingest, source, datasetVersion } = options;
  const known = () =>
    summed(light.findDataset, 'find the dataset', { pipeline: spec.name, version: datasetVersion, source });
  const found = datasetVersion !== undefined || ingest !== 'first' ? await known() : undefined;
  if (found) return found;
  if (ingest === 'never') {
    throw fail({
      code: 'DATASET_NOT_FOUND',
      message: `There is no dataset of ${spec.name} and this run may not ingest one`,
      details: { field: 'source', value: source, remedy: `Run "relevo ingest ${spec.name}" first.` },
    });
  }
  return await executeChild(ingestWorkflow, {
    workflowId: ingestOfTraining(workflowInfo().workflowId),
    args: [{ spec, source }],
    staticSummary: `Ingest of ${spec.name}, first step of a training`,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
  });
}

const describeDataset = ({ datasetVersion, rows, synthetic, changed, warnings }: IngestResult): string =>
  [
    datasetVersion,
    `${count(rows.total)} rows`,
    ...(synthetic ? ['synthetic'] : []),
    ...(changed ? ['new'] : []),
    ...warnings.map((warning) => `warned: ${warning}`),
  ].join(', ');

/** Judges on the test rows, makes the winner a version, and lets it contend. */
async function conclude(
  spec: PipelineSpec,
  options: TrainOptions,
  book: LogBook,
  set: TrainingSetRef,
  fitted: Fitted[],
): Promise<TrainResult> {
  const evaluation = await book.step('evaluate', () =>
    summed(compute.evaluateCandidates, `evaluate ${fitted.length} candidates on the test rows`, {
      set,
      candidates: fitted.map(({ plan, fit }) => ({ name: plan.name, native: fit.native })),
    }),
  );
  const candidates = fitted.map(
    (one): CandidateResult => ({
      candidate: one.plan.name,
      estimator: one.plan.estimator,
      params: one.fit.params,
      validationScore: one.score.validationScore,
      metrics: evaluation.metrics[one.plan.name],
      trials: one.search?.trials ?? 0,
      resumedFromStep: one.fit.resumedFromStep ?? one.score.resumedFromStep,
    }),
  );
  const winner = bestOf(spec.metric, candidates);
  const { fit } = fitted[candidates.indexOf(winner)];
  const { candidate } = winner;
  const exported = await book.step(
    'export',
    () => summed(compute.exportModel, `export ${candidate} to ONNX`, { set, candidate, native: fit.native }),
    ({ parityMaxAbsolute }) => `${candidate}, parity ${figure(parityMaxAbsolute)}`,
  );
  const explanation = await book.step('explain', () =>
    summed(compute.explainModel, `explain ${candidate}`, { set, native: fit.native }),
  );
  const { predictions, report } = evaluation;
  const { version } = await book.step(
    'register',
    () =>
      summed(light.registerModel, `register ${candidate}`, {
        set,
        winner,
        candidates,
        fit,
        exported,
        artifacts: { predictions, evaluation: report, explanation },
      }),
    (registered) => registered.version,
  );
  tag({ modelVersion: version });
  const challenger = { version, onnx: exported.onnx, heads: fit.heads };
  const promotion = options.promote ? await contend(spec, book, set, challenger) : undefined;
  if (!promotion) book.skip('promote', 'not asked for');
  upsertMemo({ modelVersion: version, datasetVersion: set.datasetVersion, winner: candidate });
  return {
    modelVersion: version,
    datasetVersion: set.datasetVersion,
    winner: candidate,
    candidates,
    metric: spec.metric,
    onnx: exported.onnx,
    parityMaxAbsolute: exported.parityMaxAbsolute,
    promotion,
  };
}
