import { rm } from 'node:fs/promises';
import { isAuthRequired } from '../../contracts/auth.ts';
import type { Environment } from '../../contracts/env.ts';
import type { Terminal } from '../terminal.ts';
import { createSteps } from '../view/steps.ts';
import type { FirstAdmin } from './access.ts';
import { urlOf } from './addresses.ts';
import { childNode, compiledDir, startChild } from './child.ts';
import { endLeftoverProcesses } from './leftover-processes.ts';
import { lockHome } from './lock.ts';
import { createParts } from './parts.ts';
import { demandFreePorts } from './ports.ts';
import { prepareRegistry } from './registry.ts';
import { embeddedPostgres, embeddedTemporal, endLeftoverServers, wantedPorts } from './servers.ts';

export interface Addresses {
  /** With its password: not to be shown. */
  databaseUrl: string;
  temporalAddress: string;
  /** Where this stack runs the UI; an external Temporal has its own. */
  temporalUiUrl: string | undefined;
  apiUrl: string;
  /** Made by this start, whose password is to be told once. */
  firstAdmin: FirstAdmin | undefined;
}

export interface Stack {
  /** Starts everything in order. @throws RelevoError of the part that did not start; call `stop` then too. */
  start(): Promise<Addresses>;
  /** Rejects when a part crashed too often. */
  gaveUp(): Promise<never>;
  /** Ends everything in the reverse order of its start and gives the home back. */
  stop(): Promise<void>;
  /** Ends everything now. */
  kill(): void;
}

/** Parts of a higher rank need those of a lower one, and are stopped before them. */
const ranks = { postgres: 0, temporal: 1, workers: 2, api: 3 } as const;

/**
 * Everything of one home. @throws RelevoError HOME_IN_USE where another supervisor has it.
 * `signal` aborts a start and tells that ends are no crashes; `stop` is still to be called.
 */
export function openStack(env: Environment, terminal: Terminal, signal: AbortSignal): Stack {
  const { texts } = terminal;
  const home = env.RELEVO_HOME;
  const lock = lockHome(home);
  const parts = createParts({ terminal, lock, signal });

  const steps = createSteps(terminal);

  async function clearAndCheck(): Promise<void> {
    const tell = (line: string): void => terminal.note(` ! ${line}`);
    await endLeftoverServers(home, tell);
    if (lock.stale !== undefined) await endLeftoverProcesses(lock.stale, tell);
    await rm(compiledDir(home), { recursive: true, force: true });
    await demandFreePorts(wantedPorts(env));
  }

  async function postgres(): Promise<string> {
    if (env.DATABASE_URL !== undefined) return env.DATABASE_URL;
    return steps.run('PostgreSQL', async (say) => {
      const server = await parts.add('postgres', ranks.postgres, () => embeddedPostgres(env, signal, say));
      return server.url;
    });
  }

  async function database(): Promise<Pick<Addresses, 'databaseUrl' | 'firstAdmin'>> {
    const databaseUrl = await postgres();
    const access = isAuthRequired(env) ? { home } : undefined;
    const { firstAdmin } = await steps.run(texts.up.migrations, () => prepareRegistry(databaseUrl, access));
    return { databaseUrl, firstAdmin };
  }

  async function temporal(): Promise<Pick<Addresses, 'temporalAddress' | 'temporalUiUrl'>> {
    const { TEMPORAL_ADDRESS: external } = env;
    if (external !== undefined) return { temporalAddress: external, temporalUiUrl: undefined };
    return steps.run('Temporal', async (say) => {
      const server = await parts.add('temporal', ranks.temporal, () => embeddedTemporal(env, signal, say));
      return { temporalAddress: server.address, temporalUiUrl: server.uiUrl };
    });
  }

  async function processes(childEnv: NodeJS.ProcessEnv): Promise<void> {
    const start = (
      title: string,
      name: string,
      entry: string,
      rank: number,
      nodeFlags?: string[],
    ): Promise<unknown> =>
      steps.run(title, () =>
        parts.add(name, rank, () => startChild({ name, entry, home, signal, env: childEnv, nodeFlags })),
      );
    await Promise.all([
      start(texts.up.control, 'control', 'workers/control.ts', ranks.workers, childNode.modestFlags),
      start(texts.up.compute, 'compute', 'workers/compute.ts', ranks.workers, childNode.modestFlags),
      start('API', 'api', 'api/main.ts', ranks.api),
    ]);
  }

  return {
    async start() {
      isAuthRequired(env);
      await clearAndCheck();
      const [{ databaseUrl, firstAdmin }, { temporalAddress, temporalUiUrl }] = await Promise.all([
        database(),
        temporal(),
      ]);
      await processes({
        ...process.env,
        RELEVO_HOME: home,
        RELEVO_DATA: env.RELEVO_DATA,
        RELEVO_WATCH: env.RELEVO_WATCH,
        DATABASE_URL: databaseUrl,
        TEMPORAL_ADDRESS: temporalAddress,
        TZ: 'UTC',
      });
      const apiUrl = urlOf(env);
      lock.setApiUrl(apiUrl);
      return { databaseUrl, temporalAddress, temporalUiUrl, apiUrl, firstAdmin };
    },
    gaveUp: parts.gaveUp,
    async stop() {
      if (parts.count() > 0) await steps.run(texts.up.stopping, parts.stop);
      lock.release();
    },
    kill() {
      parts.kill();
      lock.release();
    },
  };
}
