import type { ApiDeps } from '../../deps.ts';
import { limits } from '../../limits.ts';
import { createRouter } from '../../openapi.ts';
import { createPulse, type Standing } from './pulse.ts';
import { health, metrics, ready } from './routes.ts';

type Deps = Pick<
  ApiDeps,
  'champions' | 'registry' | 'workflows' | 'metrics' | 'recording' | 'audit' | 'draining' | 'gateIsOpen'
>;

/**
 * `/ready` is 503 until the first champions are known, and while draining. Without the database or Temporal predictions
 * go on: 200, `degraded`.
 */
export function healthRoutes(deps: Deps) {
  const patience = { promptMs: limits.pingMs, silentMs: limits.silentMs };
  const lookAtDatabase = createPulse(() => deps.registry.ping(), patience);
  const lookAtTemporal = createPulse(() => deps.workflows.ping(limits.silentMs), patience);
  deps.metrics.onScrape(() => inService(deps));
  return createRouter()
    .openapi(health, (c) =>
      c.json(
        {
          status: 'ok' as const,
          uptimeSeconds: Math.round(process.uptime()),
          authentication: deps.gateIsOpen ? ('off' as const) : ('required' as const),
        },
        200,
      ),
    )
    .openapi(ready, async (c) => {
      const [database, temporal] = await Promise.all([lookAtDatabase(), lookAtTemporal()]);
      const champions = inService(deps);
      const checks = { database, temporal };
      const degraded = whatIsDegraded(checks, deps);
      const status = statusOf(degraded, champions.length > 0, deps);
      const code = status === 'ready' || status === 'degraded' ? 200 : 503;
      return c.json({ status, degraded, checks, champions }, code);
    })
    .openapi(metrics, async (c) =>
      c.text(await deps.metrics.text(), 200, { 'content-type': deps.metrics.contentType }),
    );
}

function statusOf(degraded: string[], isServing: boolean, { champions, draining }: Deps) {
  if (draining.aborted) return 'draining';
  if (!isServing && !champions.known) return 'starting';
  return degraded.length === 0 ? 'ready' : 'degraded';
}

/** What does not work, or not as it should, while predictions go on. */
function whatIsDegraded(
  { database, temporal }: Record<'database' | 'temporal', Standing>,
  { recording, audit }: Deps,
): string[] {
  const { spooledBatches } = recording.state;
  const said = [databaseWords[database], temporalWords[temporal]].flatMap((words) => words ?? []);
  if (spooledBatches > 0)
    said.push(`${spooledBatches} batches of predictions wait on disk for the database.`);
  const { spooledRecords } = audit.state;
  if (spooledRecords > 0) said.push(`${spooledRecords} records of changes wait on disk for the database.`);
  return said;
}

const databaseWords: Partial<Record<Standing, string>> = {
  slow: 'The database is slow: what is asked of the registry takes its time.',
  away: 'The database is away: champions stay as they are, what is asked of the registry is refused.',
};
const temporalWords: Partial<Record<Standing, string>> = {
  slow: 'Temporal is slow: runs start and are followed late.',
  away: 'Temporal is away: runs cannot be started or followed.',
};

const inService = ({ champions }: Pick<Deps, 'champions'>): { pipeline: string; version: string }[] =>
  champions.all().map(({ version: { pipeline, version } }) => ({ pipeline, version }));
