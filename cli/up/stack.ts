import type { Environment } from '../../contracts/env.ts';
import type { Terminal } from '../terminal.ts';
import { step } from '../view/steps.ts';
import { urlOf } from './addresses.ts';
import { startChild } from './child.ts';
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

/** The young generation of a mostly idle process stays small. */
const modestFlags = ['--max-semi-space-size=8'];

/**
 * Everything of one home. @throws RelevoError HOME_IN_USE where another supervisor has it.
 * `signal` aborts a start and tells that ends are no crashes; `stop` is still to be called.
 */
export function openStack(env: Environment, terminal: Terminal, signal: AbortSignal): Stack {
  const { texts } = terminal;
  const home = env.RELEVO_HOME;
  const lock = lockHome(home);
  const parts = createParts({ terminal, lock, signal });

  async function clearAndCheck(): Promise<void> {
    const tell = (line: string): void => terminal.note(` ! ${line}`);
    if (lock.stale !== undefined) await endLeftoverProcesses(lock.stale, tell);
    await endLeftoverServers(home, tell);
    await demandFreePorts(wantedPorts(env));
  }

  async function postgres(): Promise<string> {
    if (env.DATABASE_URL !== undefined) return env.DATABASE_URL;
    const start = (say: (line: string) => void) => () => embeddedPostgres(env, signal, say);
    return step(
      terminal,
      'PostgreSQL',
      async (say) => (await parts.add('postgres', ranks.postgres, start(say))).url,
    );
  }

  async function temporal(): Promise<Pick<Addresses, 'temporalAddress' | 'temporalUiUrl'>> {
    const { TEMPORAL_ADDRESS: external } = env;
    if (external !== undefined) return { temporalAddress: external, temporalUiUrl: undefined };
    return step(terminal, 'Temporal', async (say) => {
      const server = await parts.add('temporal', ranks.temporal, () => embeddedTemporal(env, signal, say));
      return { temporalAddress: server.address, temporalUiUrl: server.uiUrl };
    });
  }

  function node(name: string, entry: string, rank: number, childEnv: NodeJS.ProcessEnv): Promise<unknown> {
    const nodeFlags = modestFlags;
    return parts.add(name, rank, () => startChild({ name, entry, home, env: childEnv, nodeFlags, signal }));
  }

  return {
    async start() {
      await clearAndCheck();
      const databaseUrl = await postgres();
      const { temporalAddress, temporalUiUrl } = await temporal();
      await step(terminal, texts.up.migrations, () => prepareRegistry(databaseUrl));
      const childEnv = {
        ...process.env,
        RELEVO_HOME: home,
        RELEVO_DATA: env.RELEVO_DATA,
        DATABASE_URL: databaseUrl,
        TEMPORAL_ADDRESS: temporalAddress,
        TZ: 'UTC',
      };
      await step(terminal, texts.up.workers, () =>
        Promise.all([
          node('control', 'workers/control.ts', ranks.workers, childEnv),
          node('compute', 'workers/compute.ts', ranks.workers, childEnv),
        ]),
      );
      await step(terminal, 'API', () => node('api', 'api/main.ts', ranks.api, childEnv));
      const apiUrl = urlOf(env.RELEVO_HOST, env.RELEVO_PORT);
      lock.setApiUrl(apiUrl);
      return { databaseUrl, temporalAddress, temporalUiUrl, apiUrl };
    },
    gaveUp: parts.gaveUp,
    async stop() {
      await parts.stop();
      lock.release();
    },
    kill() {
      parts.kill();
      lock.release();
    },
  };
}
