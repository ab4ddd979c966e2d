/**
 * Workflow ids from business keys: the same work asked for twice is one workflow.
 * `train/steel-energy/2026-11-21` is that night's training; a manual run carries its own key.
 */
export const runKinds = [
  'ingest',
  'train',
  'promote',
  'rollback',
  'monitor',
  'retrain',
  'contest',
  'batch',
] as const;
export type RunKind = (typeof runKinds)[number];

const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;

/** @throws RangeError where the key has characters that a path or a search could trip over. */
export function runId(kind: RunKind, pipeline: string, key: string): string {
  if (!keyPattern.test(key))
    throw new RangeError(`a run's key must match ${keyPattern.source}, got "${key}"`);
  return `${kind}/${pipeline}/${key}`;
}

export interface ParsedRunId {
  kind: RunKind;
  pipeline: string;
  key: string;
}

/** Undefined for anything but three parts of which the first is a kind of run: an id of a run's child is none. */
export function parseRunId(id: string): ParsedRunId | undefined {
  const [kind, pipeline, key, ...rest] = id.split('/');
  if (rest.length > 0 || !key || !(runKinds as readonly string[]).includes(kind)) return undefined;
  return { kind: kind as RunKind, pipeline, key };
}

/** The run that an id is of, or that the child of this id is below. */
export const parseRootRunId = (id: string): ParsedRunId | undefined => parseRunId(id.split('/', 3).join('/'));

/** The child that searches one candidate of a training run. */
export const searchWorkflowId = (trainRunId: string, candidate: string): string =>
  `${trainRunId}/search/${candidate}`;
/** The ingest that a training run starts first. */
export const ingestOfTraining = (trainRunId: string): string => `${trainRunId}/ingest`;

/** A question that a workflow answers within seconds; not a run that the registry books. */
export const questionId = (kind: 'explain' | 'compare' | 'adopt', pipeline: string, key: string): string =>
  `${kind}/${pipeline}/${key}`;

/** What starts an ingest for each arrival in a pipeline's watched folder; not a run that the registry books. */
export const watchId = (pipeline: string): string => `watch/${pipeline}`;
/** Key of the ingest of a folder's files in one state: the same files are one run. */
export const arrivalKey = (state: string): string => `files-${state}`;

/** `train-steel-energy`. */
export const scheduleId = (kind: 'ingest' | 'train' | 'monitor', pipeline: string): string =>
  `${kind}-${pipeline}`;

/** Key of a run that a person or client asked for, from its moment (UTC): sorts by time, safe in paths. */
export const manualRunKey = (at: Date): string =>
  at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
