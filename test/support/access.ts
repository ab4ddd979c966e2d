import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type OpenedGate, openSecurity } from '../../api/security/open.ts';
import { createLogins, type Logins } from '../../api/security/sessions/logins.ts';
import { type Environment, parseEnvironment } from '../../contracts/env.ts';
import { type Grant, parseGrant } from '../../contracts/security.ts';
import { formatKey, hashOf, newCredential } from '../../registry/access/credentials.ts';
import type { NewApiKey } from '../../registry/access/types.ts';
import type { Registry } from '../../registry/types.ts';

export interface TestSecurity extends OpenedGate {
  logins: Logins;
  env: Environment;
}

/** The gate that asks who calls, with a home of its own unless it is told one. */
export async function startSecurity(
  db: { url: string; registry: Registry },
  settings: Record<string, string> = {},
): Promise<TestSecurity> {
  const home = await mkdtemp(join(tmpdir(), 'relevo-security-'));
  const env = parseEnvironment({ RELEVO_AUTH: 'required', RELEVO_HOME: home, ...settings });
  const { registry, url: databaseUrl } = db;
  const security = await openSecurity({ env, databaseUrl, registry, log: pino({ level: 'silent' }) });
  return {
    ...security,
    env,
    logins: createLogins(env, registry),
    async close() {
      await security.close();
      // A snapshot of the keys may still be on its way into it.
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Makes a key as the API does; gives what a client sends. */
export async function makeKey(
  { access }: Pick<Registry, 'access'>,
  grants: string[],
  further: Partial<NewApiKey> = {},
): Promise<string> {
  const credential = newCredential();
  await access.keys.create({
    ...{ id: credential.id, secretHash: hashOf(credential.secret), name: 'test', createdBy: 'test' },
    grants: grants.flatMap((text): Grant | Grant[] => parseGrant(text) ?? []),
    ...further,
  });
  return formatKey(credential);
}
