import { freshRegistry, type TestRegistry } from '../registry.ts';
import { makeKey, startSecurity, type TestSecurity } from './access.ts';
import { fileChampions, startApi, type TestApi } from './api.ts';

export interface SecuredApi {
  db: TestRegistry;
  security: TestSecurity;
  api: TestApi;
  /** An administrator's key. */
  admin: string;
  close(): Promise<void>;
}

/** The API without champions behind the gate that asks who calls, on a database of the test's own. */
export async function startSecuredApi(
  settings: Record<string, string> = {},
  port?: number,
): Promise<SecuredApi> {
  const db = await freshRegistry();
  const admin = await makeKey(db.registry, ['admin']);
  const security = await startSecurity(db, settings);
  const { gate, logins, env } = security;
  const trustedProxies = env.RELEVO_TRUSTED_PROXIES;
  const api = await startApi({
    source: fileChampions(),
    databaseUrl: db.url,
    gate,
    logins,
    trustedProxies,
    port,
  });
  return {
    ...{ db, security, api, admin },
    async close() {
      await api.close();
      await security.close();
      await db.drop();
    },
  };
}
