import { type Credential, digestOf, sameDigest } from '../../../registry/access/credentials.ts';
import type { SessionRegistry } from '../../../registry/access/types.ts';
import type { Principal } from '../principal.ts';

export interface KnownSessions {
  /** Who is logged in with it; undefined where nobody is, or no longer. */
  open(
    credential: Credential,
    beforeAsking: () => void,
  ): Principal | undefined | Promise<Principal | undefined>;
  /** A session ended (`*`: some did): what was known of it opens nothing from now on. */
  forget(id: string): void;
}

interface KnownSession {
  principal: Principal;
  digest: Buffer;
  /** When the registry is asked again, or the session ends, whichever is first. */
  untilMs: number;
}

const mostKnown = 10_000;

/** Sessions in memory for a while, so that a page's requests do not ask the registry each. */
export function createKnownSessions({
  registry,
  ttlMs = 30_000,
}: {
  registry: Pick<SessionRegistry, 'check'>;
  ttlMs?: number;
}): KnownSessions {
  const sessions = new Map<string, KnownSession>();
  /** Counts what was forgotten, so that what was read before does not bring it back. */
  let forgotten = 0;

  const matching = (session: KnownSession, secret: string): Principal | undefined =>
    sameDigest(digestOf(secret), session.digest) ? session.principal : undefined;

  async function ask({ id, secret }: Credential): Promise<Principal | undefined> {
    const before = forgotten;
    const found = await registry.check(id);
    if (found === undefined) return undefined;
    const session = {
      principal: { kind: 'session' as const, actor: found.actor, grants: found.grants },
      digest: Buffer.from(found.secretHash, 'hex'),
      untilMs: Math.min(Date.now() + ttlMs, Date.parse(found.expiresAt)),
    };
    if (sessions.size >= mostKnown) sessions.clear();
    if (before === forgotten) sessions.set(id, session);
    return matching(session, secret);
  }

  return {
    open(credential, beforeAsking) {
      const session = sessions.get(credential.id);
      if (session !== undefined && Date.now() < session.untilMs) return matching(session, credential.secret);
      beforeAsking();
      return ask(credential);
    },
    forget(id) {
      forgotten++;
      if (id === '*') sessions.clear();
      else sessions.delete(id);
    },
  };
}
