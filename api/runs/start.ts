import type { ApiDeps } from '../deps.ts';
import type { RunRequest } from '../temporal/workflows.ts';

type Deps = Pick<ApiDeps, 'registry' | 'workflows' | 'log'>;

/**
 * Starts a run and books it, so that it is in the list before its first step has run. The workflow books itself
 * too: where the registry is away now, it appears when that step succeeds.
 * @throws RelevoError RUN_ALREADY_ACTIVE, TEMPORAL_UNAVAILABLE
 */
export async function startRun(
  { registry, workflows, log }: Deps,
  request: RunRequest,
  input: unknown,
): Promise<{ workflowRunId: string }> {
  const { id, kind, pipeline } = request;
  const { workflowRunId } = await workflows.start(request);
  await registry.runs
    .start({ id, kind, pipeline, workflowRunId, input })
    .catch((error: unknown) => log.debug({ err: error, run: id }, 'run not booked yet'));
  return { workflowRunId };
}
