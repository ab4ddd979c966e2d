import type { Environment, environmentSchema } from '../../contracts/env.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { TokenSettings } from './tokens/verifier.ts';

type TokenEnvironment = Pick<
  Environment,
  | 'RELEVO_JWT_ISSUER'
  | 'RELEVO_JWT_AUDIENCE'
  | 'RELEVO_JWT_SECRET'
  | 'RELEVO_JWT_PUBLIC_KEY'
  | 'RELEVO_JWKS_URL'
>;

/** What tokens are checked with; undefined where none is believed. @throws RelevoError ENVIRONMENT_INVALID */
export function tokenSettings(env: TokenEnvironment): TokenSettings | undefined {
  const keys = {
    secret: env.RELEVO_JWT_SECRET,
    publicKeyFile: env.RELEVO_JWT_PUBLIC_KEY,
    jwksUrl: env.RELEVO_JWKS_URL,
  };
  const { RELEVO_JWT_ISSUER: issuer, RELEVO_JWT_AUDIENCE: audience } = env;
  if (Object.values(keys).every((key) => key === undefined)) {
    if (issuer === undefined && audience === undefined) return undefined;
    throw lacking(
      'RELEVO_JWKS_URL',
      'what to check tokens with, or RELEVO_JWT_PUBLIC_KEY or RELEVO_JWT_SECRET',
    );
  }
  // A token for another program of the same issuer must not open this one.
  if (issuer === undefined) throw lacking('RELEVO_JWT_ISSUER', 'who signs tokens (iss)');
  if (audience === undefined) throw lacking('RELEVO_JWT_AUDIENCE', 'whom tokens must be for (aud)');
  return { issuer, audience, ...keys };
}

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string | undefined;
  /** Where the identity provider sends people back to. */
  publicUrl: string;
}

type OidcEnvironment = Pick<
  Environment,
  'RELEVO_OIDC_ISSUER' | 'RELEVO_OIDC_CLIENT_ID' | 'RELEVO_OIDC_CLIENT_SECRET' | 'RELEVO_PUBLIC_URL'
>;

/** The identity provider of people; undefined where there is none. @throws RelevoError ENVIRONMENT_INVALID */
export function oidcSettings(env: OidcEnvironment): OidcSettings | undefined {
  const { RELEVO_OIDC_ISSUER: issuer, RELEVO_OIDC_CLIENT_ID: clientId, RELEVO_PUBLIC_URL: publicUrl } = env;
  if (issuer === undefined) return undefined;
  if (clientId === undefined)
    throw lacking('RELEVO_OIDC_CLIENT_ID', "Relevo's client at the identity provider");
  if (publicUrl === undefined) throw lacking('RELEVO_PUBLIC_URL', 'where people reach the API');
  return { issuer, clientId, clientSecret: env.RELEVO_OIDC_CLIENT_SECRET, publicUrl };
}

const lacking = (field: keyof typeof environmentSchema.shape, expected: string): RelevoError =>
  new RelevoError('ENVIRONMENT_INVALID', `${field} is not set.`, { field, expected });
