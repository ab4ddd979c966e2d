import { executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import { ingestOfTraining } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { IngestResult, TrainInput, TrainOptions, TrainResult } from '../contracts/runs.ts';
import { fitAll } from './candidates.ts';
import { conclude } from './conclude.ts';
import { fail } from './failures.ts';
import { ingestWorkflow } from './ingest.ts';
import { count } from './labels.ts';
import { openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { recorded } from './recorded.ts';
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
    return await conclude(spec, book, set, fitted, { promote: options.promote });
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
