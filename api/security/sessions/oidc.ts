import * as oidc from 'openid-client';
import { RelevoError } from '../../../contracts/errors.ts';
import type { Grant } from '../../../contracts/security.ts';
import { fetchOutside } from '../../../net/fetch-outside.ts';
import { hashOf } from '../../../registry/access/credentials.ts';
import type { SessionRegistry } from '../../../registry/access/types.ts';
import { unauthenticated } from '../authorize.ts';
import type { OidcSettings } from '../settings.ts';
import { grantsOf } from '../tokens/claims.ts';

/** Logins by an identity provider: authorization code with PKCE (RFC 7636), state and nonce checked. */
export interface OidcLogins {
  /** Its host, as people know it. */
  provider: string;
  /** Where to send the browser, and the state that it is to bring back in a cookie. */
  begin(returnTo: string): Promise<{ url: URL; state: string }>;
  /**
   * Who came back.
   * @param state of the browser's cookie
   * @throws RelevoError UNAUTHENTICATED where the answer is not to what this browser asked
   */
  end(
    callback: URL,
    state: string | undefined,
  ): Promise<{ subject: string; grants: Grant[]; returnTo: string }>;
}

const callbackPath = '/v1/session/oidc/callback';
const loginMs = 10 * 60_000;
const answer = { timeoutMs: 10_000, maxBytes: 512 * 1024 };

interface Options {
  settings: OidcSettings;
  rolesClaim: string;
  registry: Pick<SessionRegistry, 'beginOidc' | 'takeOidc'>;
}

/**
 * Logins at the provider of the settings, which is found at the first of them. Each is good for ten minutes, once. Both
 * calls throw IDENTITY_UNAVAILABLE where the provider does not answer as one.
 */
export function createOidcLogins({ settings, rolesClaim, registry }: Options): OidcLogins {
  const redirectUri = new URL(callbackPath, settings.publicUrl).href;
  let discovered: Promise<oidc.Configuration> | undefined;
  /** Discovery that failed is tried again by the next login. */
  const provider = (): Promise<oidc.Configuration> => {
    discovered ??= discover(settings).catch((error: unknown) => {
      discovered = undefined;
      throw away(error);
    });
    return discovered;
  };

  return {
    provider: new URL(settings.issuer).host,
    async begin(returnTo) {
      const config = await provider();
      const [state, nonce, codeVerifier] = [
        oidc.randomState(),
        oidc.randomNonce(),
        oidc.randomPKCECodeVerifier(),
      ];
      const expiresAt = new Date(Date.now() + loginMs).toISOString();
      await registry.beginOidc({ stateHash: hashOf(state), nonce, codeVerifier, returnTo, expiresAt });
      const url = oidc.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope: 'openid profile', state, nonce },
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url, state };
    },
    async end(callback, state) {
      const given = callback.searchParams.get('state');
      if (state === undefined || given !== state) throw notAsked();
      const login = await registry.takeOidc(hashOf(state));
      if (login === undefined) throw notAsked();
      const url = new URL(redirectUri);
      url.search = callback.search;
      const claims = await claimsOf(await provider(), url, {
        ...{ expectedState: state, expectedNonce: login.nonce, idTokenExpected: true },
        pkceCodeVerifier: login.codeVerifier,
      });
      return { subject: claims.sub, grants: grantsOf(claims, rolesClaim), returnTo: login.returnTo };
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  const overHttp = url.protocol === 'http:';
  const schemes = overHttp ? (['http:', 'https:'] as const) : (['https:'] as const);
  const config = await oidc.discovery(url, clientId, clientSecret, undefined, {
    // An issuer without TLS is one that was set so, on a network of one's own.
    execute: overHttp ? [oidc.allowInsecureRequests] : [],
    [oidc.customFetch]: (address, { method, headers, body }) =>
      fetchOutside(address, {
        ...{ schemes, allowPrivate: true, maxRedirects: 0, ...answer },
        method: method === 'POST' ? 'POST' : 'GET',
        headers: Object.fromEntries(new Headers(headers)),
        body: bodyBytes(body),
      }),
  });
  // The ID token's signature too, though it comes straight from the provider.
  oidc.enableNonRepudiationChecks(config);
  return config;
}

function bodyBytes(body: oidc.FetchBody): string | Uint8Array | undefined {
  if (body instanceof URLSearchParams) return body.toString();
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return undefined;
}

async function claimsOf(
  config: oidc.Configuration,
  url: URL,
  checks: oidc.AuthorizationCodeGrantChecks,
): Promise<oidc.IDToken> {
  try {
    const tokens = await oidc.authorizationCodeGrant(config, url, checks);
    const claims = tokens.claims();
    if (claims === undefined) throw notAsked();
    return claims;
  } catch (error) {
    if (error instanceof RelevoError) throw error;
    const isRefusal =
      error instanceof oidc.AuthorizationResponseError ||
      error instanceof oidc.ResponseBodyError ||
      error instanceof oidc.ClientError;
    throw isRefusal ? unauthenticated('The identity provider did not say who you are.') : away(error);
  }
}

const notAsked = (): RelevoError =>
  unauthenticated('This is not the answer to a login that this browser has begun.');

const away = (cause: unknown): RelevoError =>
  new RelevoError('IDENTITY_UNAVAILABLE', 'The identity provider does not answer as one.', {}, { cause });
