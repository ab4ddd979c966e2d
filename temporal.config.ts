/** Constants that workflows, workers and clients share. No environment is read here: workflows import it. */

export const taskQueues = { control: 'relevo-control', compute: 'relevo-compute' } as const;

export const searchAttributes = {
  pipeline: 'RelevoPipeline',
  kind: 'RelevoKind',
  modelVersion: 'RelevoModelVersion',
} as const;

const retry = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '1m',
  maximumAttempts: 20,
} as const;

/** One proxy per profile: how long an activity may take, how it proves that it lives, how it is tried again. */
export const activityProfiles = {
  /** Registry reads and writes, small files. */
  light: { taskQueue: taskQueues.control, startToCloseTimeout: '1m', retry },
  /** As light, and never given up. */
  steadfast: {
    taskQueue: taskQueues.control,
    startToCloseTimeout: '1m',
    retry: { ...retry, maximumAttempts: Number.POSITIVE_INFINITY },
  },
  /** Data and training: minutes to hours, alive by heartbeat. A killed worker costs a retry within seconds. */
  compute: {
    taskQueue: taskQueues.compute,
    startToCloseTimeout: '12h',
    heartbeatTimeout: '10s',
    retry: { ...retry, maximumAttempts: 50 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
} as const;

/** Trials at once of searches that began before a candidate could say how many. */
export const formerTrialsAtOnce = 4;

/** How long a worker waits for its activities when told to stop; below the supervisor's kill delay. */
export const shutdownGraceMs = 4_000;
export const killDelayMs = 8_000;
