import { RelevoError } from '../../../contracts/errors.ts';
import type { Grant } from '../../../contracts/security.ts';
import { hashOf, newCredential } from '../../../registry/access/credentials.ts';
import { isPassword } from '../../../registry/access/passwords.ts';
import type { NewSession } from '../../../registry/access/types.ts';
import type { Registry } from '../../../registry/types.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { unauthenticated } from '../authorize.ts';
import { clientOf } from '../limits/client-address.ts';
import { createFailures } from '../limits/failures.ts';
import { csrfTokenOf, sessionCookie } from './cookie.ts';
import type { Logins } from './logins.ts';

/** Who wants to log in, for the audit and so that guessing is slow. */
export interface Asker {
  /** The path that was called. */
  target: string;
  requestId: string;
  remoteAddress: string | undefined;
}

export interface BegunSession {
  actor: string;
  grants: Grant[];
  expiresAt: string;
  csrfToken: string;
  /** The `set-cookie` of the answer. */
  cookie: string;
}

/** Begins and ends sessions of people, whichever form they are asked for in; each attempt is in the audit. */
export interface Authentication {
  /** @throws RelevoError UNAUTHENTICATED, RATE_LIMITED */
  byPassword(asker: Asker, given: { name: string; password: string }): Promise<BegunSession>;
  /** Of whom the identity provider knows. @throws RelevoError FORBIDDEN where they have no role here */
  byProvider(asker: Asker, person: { subject: string; grants: Grant[] }): Promise<BegunSession>;
  /** Gives the `set-cookie` that takes the browser's away. */
  end(sessionId: string | undefined): Promise<string>;
}

const mostWrongPasswords = 5;
const sessionMs = 12 * 60 * 60 * 1000;

export function createAuthentication({
  registry,
  audit,
  logins,
}: {
  registry: { access: Pick<Registry['access'], 'users' | 'sessions'> };
  audit: Pick<AuditLog, 'add'>;
  logins: Pick<Logins, 'secure'>;
}): Authentication {
  const { users, sessions } = registry.access;
  const { secure } = logins;
  const failures = createFailures(mostWrongPasswords);

  const record = (asker: Asker, actor: string, outcome: 'done' | 'refused'): Promise<void> =>
    audit.add({ ...asker, actor, action: 'login', outcome });
  const wrong = async (asker: Asker, actor: string): Promise<RelevoError> => {
    await record(asker, actor, 'refused');
    return unauthenticated('Name or password is wrong.');
  };
  const begin = async (
    asker: Asker,
    { actor, grants, user }: Pick<NewSession, 'actor' | 'grants' | 'user'>,
  ): Promise<BegunSession> => {
    const credential = newCredential();
    const expires = new Date(Date.now() + sessionMs);
    const expiresAt = expires.toISOString();
    const secretHash = hashOf(credential.secret);
    const session = await sessions.create({ id: credential.id, secretHash, actor, grants, user, expiresAt });
    if (session === undefined) throw await wrong(asker, actor);
    await record(asker, actor, 'done');
    const cookie = sessionCookie({ credential, expires }, secure);
    return { actor, grants, expiresAt, csrfToken: csrfTokenOf(credential), cookie };
  };

  return {
    async byPassword(asker, { name, password }) {
      const [byName, byAddress] = [`name ${name}`, `address ${clientOf(asker.remoteAddress)}`];
      for (const who of [byName, byAddress]) failures.demandPatience(who);
      // Counted before the password is looked at, so that many at once are no way around it.
      for (const who of [byName, byAddress]) failures.failed(who);
      const user = await users.login(name);
      if (!(await isPassword(password, user?.passwordHash)) || user === undefined)
        throw await wrong(asker, `user:${name}`);
      for (const who of [byName, byAddress]) failures.forgive(who);
      return await begin(asker, { actor: `user:${user.name}`, grants: user.grants, user });
    },
    async byProvider(asker, { subject, grants }) {
      const actor = `oidc:${subject.slice(0, 200)}`;
      if (grants.length > 0) return await begin(asker, { actor, grants });
      await record(asker, actor, 'refused');
      throw new RelevoError('FORBIDDEN', 'The identity provider gives you no role here.', { field: 'roles' });
    },
    async end(sessionId) {
      if (sessionId !== undefined) await sessions.end(sessionId);
      return sessionCookie(undefined, secure);
    },
  };
}
