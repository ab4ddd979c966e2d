import { RelevoError } from '../../contracts/errors.ts';
import type { DatasetRegistry, DriftRegistry } from '../../registry/types.ts';

interface Named {
  datasetVersion?: string;
  driftCheck?: string;
}

/** @throws RelevoError DATASET_NOT_FOUND where the pipeline has no such dataset version. */
export async function demandDataset(
  datasets: Pick<DatasetRegistry, 'get'>,
  pipeline: string,
  datasetVersion: string,
): Promise<void> {
  const found = await datasets.get(datasetVersion);
  if (found.pipeline === pipeline) return;
  throw new RelevoError('DATASET_NOT_FOUND', `"${pipeline}" has no dataset version "${datasetVersion}"`, {
    field: 'datasetVersion',
    value: datasetVersion,
  });
}

/**
 * Checks that what a request names in the registry is there and its pipeline's, before a run starts that could only fail.
 * @throws RelevoError DATASET_NOT_FOUND, DRIFT_CHECK_NOT_FOUND.
 */
export async function checkKnownRecords(
  registry: { datasets: Pick<DatasetRegistry, 'get'>; drift: Pick<DriftRegistry, 'get'> },
  pipeline: string,
  { datasetVersion, driftCheck }: Named,
): Promise<void> {
  if (datasetVersion !== undefined) await demandDataset(registry.datasets, pipeline, datasetVersion);
  if (driftCheck !== undefined) await registry.drift.get(pipeline, driftCheck);
}
