import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiDeps } from '../../deps.ts';
import { limits } from '../../limits.ts';
import { createRouter } from '../../openapi.ts';
import { health, metrics, ready } from './routes.ts';

type Deps = Pick<
  ApiDeps,
  'champions' | 'registry' | 'workflows' | 'metrics' | 'recording' | 'draining' | 'gateIsOpen'
>;

export function healthRoutes(deps: Deps) {
  const check = async (ping: Promise<void>): Promise<'ok' | 'away'> => {
    const late = sleep(limits.pingMs, 'away' as const, { ref: false });
    return Promise.race([
      late,
      ping.then(
        () => 'ok' as const,
        () => 'away' as const,
      ),
    ]);
  };
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
      const [database, temporal] = await Promise.all([
        check(deps.registry.ping()),
        check(deps.workflows.ping(limits.pingMs)),
      ]);
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

/** What does not work while predictions go on. */
function whatIsDegraded(
  { database, temporal }: Record<'database' | 'temporal', 'ok' | 'away'>,
  { recording }: Deps,
): string[] {
  const { spooledBatches } = recording.state;
  const said: string[] = [];
  if (database === 'away')
    said.push('The database is away: champions stay as they are, what is asked of the registry is refused.');
  if (temporal === 'away') said.push('Temporal is away: runs cannot be started or followed.');
  if (spooledBatches > 0)
    said.push(`${spooledBatches} batches of predictions wait on disk for the database.`);
  return said;
}

const inService = ({ champions }: Pick<Deps, 'champions'>): { pipeline: string; version: string }[] =>
  champions.all().map(({ version: { pipeline, version } }) => ({ pipeline, version }));
