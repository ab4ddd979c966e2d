import type { Environment } from '../../../contracts/env.ts';
import type { Registry } from '../../../registry/types.ts';
import { oidcSettings } from '../settings.ts';
import { createOidcLogins, type OidcLogins } from './oidc.ts';

/** How people log in, and whether their cookies go over TLS alone. */
export interface Logins {
  oidc: OidcLogins | undefined;
  secure: boolean;
  /** Where people reach the API, where that is set. */
  publicOrigin: string | undefined;
}

/** The logins that the settings ask for. @throws RelevoError ENVIRONMENT_INVALID */
export function createLogins(env: Environment, registry: Pick<Registry, 'access'>): Logins {
  const settings = oidcSettings(env);
  const { RELEVO_PUBLIC_URL: publicUrl } = env;
  return {
    oidc:
      settings &&
      createOidcLogins({ settings, rolesClaim: env.RELEVO_ROLES_CLAIM, registry: registry.access.sessions }),
    secure: env.RELEVO_TLS_CERT !== undefined || publicUrl?.startsWith('https:') === true,
    publicOrigin: publicUrl && new URL(publicUrl).origin,
  };
}
