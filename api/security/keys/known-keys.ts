import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Credential, digestOf, sameDigest } from '../../../registry/access/credentials.ts';
import type { ApiKeyRegistry, KeyCheck } from '../../../registry/access/types.ts';
import type { Principal } from '../principal.ts';
import type { KeySnapshot } from './snapshot.ts';

/** A key that opened: who has it, and how often they may come. */
export interface OpenedKey {
  principal: Principal;
  ratePerSecond: number | undefined;
}

export interface KnownKeys {
  /** Reads all keys, or those that the last run left on disk where the registry is away; then keeps them current. */
  start(): Promise<void>;
  /** What the key opens: from memory, or, after `beforeAsking`, by asking the registry for an id that is not known. */
  open(
    credential: Credential,
    beforeAsking: () => void,
  ): OpenedKey | undefined | Promise<OpenedKey | undefined>;
  /** A key changed: what was known of it opens nothing from now on. */
  forget(id: string): void;
  /** Some keys may have changed unheard. */
  reload(): void;
  close(): Promise<void>;
}

interface Options {
  registry: Pick<ApiKeyRegistry, 'checks' | 'check' | 'touch'>;
  snapshot: KeySnapshot;
  log: Logger;
  /** Safety net beside notifications, and how often uses are noted. */
  pollMs?: number;
  /** How long an id that is none is remembered. */
  strangerMs?: number;
}

interface KnownKey extends OpenedKey {
  digest: Buffer;
  previousDigest: Buffer | undefined;
  previousUntilMs: number;
  expiresAtMs: number;
}

const mostStrangers = 10_000;

const known = ({ id, grants, ratePerSecond, ...check }: KeyCheck): KnownKey => ({
  principal: { kind: 'key', actor: `key:${id}`, grants },
  ratePerSecond,
  digest: Buffer.from(check.secretHash, 'hex'),
  previousDigest: check.previousHash === undefined ? undefined : Buffer.from(check.previousHash, 'hex'),
  previousUntilMs: check.previousUntil === undefined ? 0 : Date.parse(check.previousUntil),
  expiresAtMs: check.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(check.expiresAt),
});

/**
 * The keys that open something, in memory, so that a request with one asks no database; as long as the database is
 * away, those that are known go on opening, also after a restart.
 */
export function createKnownKeys(options: Options): KnownKeys {
  const { registry, snapshot, log, pollMs = 30_000, strangerMs = 5_000 } = options;
  let checks = new Map<string, KeyCheck>();
  let keys = new Map<string, KnownKey>();
  const strangers = new Map<string, number>();
  const asking = new Map<string, Promise<KnownKey | undefined>>();
  const used = new Set<string>();
  const stop = new AbortController();
  let background: Promise<unknown> = Promise.resolve();
  /** Counts what was forgotten, so that what was read before does not bring it back. */
  let forgotten = 0;

  const set = (all: readonly KeyCheck[]): void => {
    checks = new Map(all.map((check) => [check.id, check]));
    keys = new Map(all.map((check) => [check.id, known(check)]));
    strangers.clear();
  };
  const keep = (): Promise<void> =>
    snapshot
      .write([...checks.values()])
      .catch((error: unknown) => log.warn({ err: error }, 'API keys could not be kept on disk'));

  const load = async (): Promise<void> => {
    const before = forgotten;
    const all = await registry.checks();
    if (before !== forgotten) return load();
    set(all);
    await keep();
  };
  const attempt = (): Promise<boolean> =>
    load().then(
      () => true,
      (error: unknown) => {
        log.warn({ err: error }, 'API keys could not be read; those that are known go on opening');
        return false;
      },
    );
  const noteUses = async (): Promise<void> => {
    const ids = [...used];
    used.clear();
    await registry.touch(ids).catch((error: unknown) => log.debug({ err: error }, 'uses not noted'));
  };
  const keepCurrent = async (): Promise<void> => {
    for (;;) {
      await sleep(pollMs, undefined, { signal: stop.signal, ref: false });
      if (await attempt()) await noteUses();
    }
  };

  const ask = async (id: string): Promise<KnownKey | undefined> => {
    const before = forgotten;
    const check = await registry.check(id);
    if (before !== forgotten) return ask(id);
    if (check === undefined) {
      if (strangers.size >= mostStrangers) strangers.clear();
      strangers.set(id, Date.now() + strangerMs);
      return undefined;
    }
    const key = known(check);
    checks.set(id, check);
    keys.set(id, key);
    void keep();
    return key;
  };
  /** Requests with the same new key ask once. */
  const askOnce = (id: string): Promise<KnownKey | undefined> => {
    const pending = asking.get(id) ?? ask(id).finally(() => asking.delete(id));
    asking.set(id, pending);
    return pending;
  };

  const opened = (key: KnownKey | undefined, { id, secret }: Credential): OpenedKey | undefined => {
    if (key === undefined || key.expiresAtMs <= Date.now() || !isSecretOf(key, secret)) return undefined;
    used.add(id);
    return key;
  };

  return {
    async start() {
      if (!(await attempt())) set(await snapshot.read());
      background = keepCurrent().catch(() => {});
    },
    open(credential, beforeAsking) {
      const { id } = credential;
      const key = keys.get(id);
      if (key !== undefined) return opened(key, credential);
      if ((strangers.get(id) ?? 0) > Date.now()) return undefined;
      beforeAsking();
      return askOnce(id).then((found) => opened(found, credential));
    },
    forget(id) {
      forgotten++;
      checks.delete(id);
      keys.delete(id);
      strangers.delete(id);
      asking.delete(id);
      void askOnce(id).catch(() => {});
    },
    reload: () => void attempt(),
    async close() {
      stop.abort();
      await background;
      await noteUses();
    },
  };
}

function isSecretOf(key: KnownKey, secret: string): boolean {
  const digest = digestOf(secret);
  if (sameDigest(digest, key.digest)) return true;
  const { previousDigest, previousUntilMs } = key;
  return previousDigest !== undefined && Date.now() < previousUntilMs && sameDigest(digest, previousDigest);
}
