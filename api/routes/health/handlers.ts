import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiDeps } from '../../deps.ts';
import { limits } from '../../limits.ts';
import { createRouter } from '../../openapi.ts';
import { health, metrics, ready } from './routes.ts';

type Deps = Pick<ApiDeps, 'champions' | 'registry' | 'workflows' | 'metrics'>;

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
      c.json({ status: 'ok' as const, uptimeSeconds: Math.round(process.uptime()) }, 200),
    )
    .openapi(ready, async (c) => {
      const [database, temporal] = await Promise.all([
        check(deps.registry.ping()),
        check(deps.workflows.ping(limits.pingMs)),
      ]);
      const champions = inService(deps);
      const isReady = champions.length > 0 || deps.champions.known;
      const status = isReady ? ('ready' as const) : ('starting' as const);
      return c.json({ status, checks: { database, temporal }, champions }, isReady ? 200 : 503);
    })
    .openapi(metrics, async (c) =>
      c.text(await deps.metrics.text(), 200, { 'content-type': deps.metrics.contentType }),
    );
}

const inService = ({ champions }: Pick<Deps, 'champions'>): { pipeline: string; version: string }[] =>
  champions.all().map(({ version: { pipeline, version } }) => ({ pipeline, version }));
