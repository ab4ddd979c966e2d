import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isAuthRequired } from '../../contracts/auth.ts';
import type { Environment } from '../../contracts/env.ts';
import { accessChannel, parseAccessChange } from '../../registry/access/changes.ts';
import { listenTo } from '../../registry/listen.ts';
import type { Registry } from '../../registry/types.ts';
import { createGate } from './create-gate.ts';
import { createDevelopmentGate } from './development-gate.ts';
import type { Gate } from './gate.ts';
import { createKnownKeys, type KnownKeys } from './keys/known-keys.ts';
import { createKeySnapshot } from './keys/snapshot.ts';
import { createClientAddress } from './limits/client-address.ts';
import { createFailures } from './limits/failures.ts';
import { createLimiter, type Limiter } from './limits/limiter.ts';
import { createKnownSessions, type KnownSessions } from './sessions/known-sessions.ts';
import { tokenSettings } from './settings.ts';
import { createKnownTokens } from './tokens/known-tokens.ts';
import { createTokenVerifier } from './tokens/verifier.ts';

export interface OpenedGate {
  gate: Gate;
  /** Whether it lets everybody on this machine in. */
  isOpen: boolean;
  close(): Promise<void>;
}

interface Parts {
  env: Environment;
  databaseUrl: string;
  registry: Pick<Registry, 'access'>;
  log: Logger;
}

/**
 * The gate that the settings ask for, its keys read and kept current.
 * @throws RelevoError ENVIRONMENT_INVALID where the settings would leave it open to others
 */
export async function openSecurity({ env, databaseUrl, registry, log }: Parts): Promise<OpenedGate> {
  if (!isAuthRequired(env)) {
    log.warn('authentication is off: whoever is on this machine may do everything');
    const gate = createDevelopmentGate(env.RELEVO_CORS_ORIGINS);
    return { gate, isOpen: true, close: async () => {} };
  }
  const { keys: keyRegistry, sessions: sessionRegistry, buckets } = registry.access;
  const snapshot = createKeySnapshot(join(env.RELEVO_HOME, 'cache', 'api-keys.json'));
  const keys = createKnownKeys({ registry: keyRegistry, snapshot, log });
  const sessions = createKnownSessions({ registry: sessionRegistry });
  const limiter = createLimiter(buckets);
  const believed = tokenSettings(env);
  const tokens =
    believed &&
    createKnownTokens({ verify: createTokenVerifier(believed), rolesClaim: env.RELEVO_ROLES_CLAIM });
  const gate = createGate({
    ...{ keys, sessions, tokens, limiter },
    failures: createFailures(mostWrongKeys),
    rates: { perKey: env.RELEVO_RATE_PER_KEY, perAddress: env.RELEVO_RATE_PER_ADDRESS },
    clientAddress: createClientAddress(env.RELEVO_TRUSTED_PROXIES),
  });
  await keys.start();
  const ears = hearChanges(databaseUrl, { keys, sessions }, log);
  const housekeeping = keepHouse(registry.access, limiter, log);
  return {
    gate,
    isOpen: false,
    async close() {
      clearInterval(housekeeping);
      await Promise.all([ears.close(), keys.close()]);
    },
  };
}

/** Keys are too long to be guessed; this spares the registry. */
const mostWrongKeys = 20;

const firstRetryMs = 500;
const longestRetryMs = 15_000;

/** Hears which keys and sessions change, from the moment on that the database can be reached. */
function hearChanges(
  databaseUrl: string,
  { keys, sessions }: { keys: KnownKeys; sessions: KnownSessions },
  log: Logger,
): { close(): Promise<void> } {
  const stop = new AbortController();
  const onMessage = (payload: string): void => {
    const change = parseAccessChange(payload);
    if (change?.kind === 'key') keys.forget(change.id);
    if (change?.kind === 'session') sessions.forget(change.id);
  };
  const onReconnect = (): void => {
    sessions.forget('*');
    keys.reload();
  };
  const listening = (async () => {
    for (let delayMs = firstRetryMs; !stop.signal.aborted; delayMs = Math.min(2 * delayMs, longestRetryMs)) {
      const channels = [accessChannel];
      const heard = await listenTo(databaseUrl, { channels, onMessage, onReconnect }).catch(() => undefined);
      if (heard !== undefined) {
        onReconnect();
        return heard;
      }
      log.debug('changes of keys are not heard yet');
      await sleep(delayMs, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
    return undefined;
  })();
  return {
    async close() {
      stop.abort();
      await (await listening)?.close();
    },
  };
}

const housekeepingMs = 10 * 60_000;

/** Lets go of what has expired. Every process does; doing it twice changes nothing. */
function keepHouse(access: Registry['access'], limiter: Limiter, log: Logger): NodeJS.Timeout {
  const clean = async (): Promise<void> => {
    limiter.prune();
    await access.sessions.prune();
    await access.buckets.prune();
  };
  const timer = setInterval(() => {
    clean().catch((error: unknown) => log.debug({ err: error }, 'expired sessions and buckets are left'));
  }, housekeepingMs);
  return timer.unref();
}
