import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { RelevoError } from '../../../contracts/errors.ts';
import { fetchOutside } from '../../../net/fetch-outside.ts';
import { unauthenticated } from '../authorize.ts';

/** What tokens are checked with. A key of one kind never checks a signature of another. */
export interface TokenSettings {
  issuer: string;
  audience: string;
  /** Of HS256. */
  secret?: string;
  /** Path of a PEM file; an RSA key is RS256's, one on P-256 ES256's. */
  publicKeyFile?: string;
  /** Of RS256 and ES256. */
  jwksUrl?: string;
}

/** The algorithms that anything is believed of. `none` is not among them. */
type Algorithm = 'HS256' | 'RS256' | 'ES256';
type Key = Uint8Array | KeyObject | JWTVerifyGetKey;

/** Clocks of issuers differ by this much at most. */
const clockToleranceSeconds = 30;
const jwks = { timeoutMs: 5_000, maxBytes: 256 * 1024, cooldownMs: 10_000, maxAgeMs: 10 * 60_000 };

/**
 * Checks tokens (RFC 7519): signature, issuer, audience, `exp` and `nbf`. The header's algorithm chooses among the keys
 * that were set for it, never how a key is used.
 * @throws RelevoError ENVIRONMENT_INVALID where a key cannot be read
 */
export function createTokenVerifier(
  settings: TokenSettings,
  { cooldownMs = jwks.cooldownMs }: { cooldownMs?: number } = {},
): (token: string) => Promise<JWTPayload> {
  const keys = keysOf(settings, cooldownMs);
  const { issuer, audience } = settings;
  return async (token) => {
    const algorithm = algorithmOf(token);
    const key = algorithm && keys[algorithm];
    if (algorithm === undefined || key === undefined) throw notBelieved();
    const options = {
      ...{ issuer, audience, algorithms: [algorithm], clockTolerance: clockToleranceSeconds },
      requiredClaims: ['exp', 'sub'],
    };
    try {
      const { payload } = await (typeof key === 'function'
        ? jwtVerify(token, key, options)
        : jwtVerify(token, key, options));
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  };
}

function keysOf(
  { secret, publicKeyFile, jwksUrl }: TokenSettings,
  cooldownMs: number,
): Partial<Record<Algorithm, Key>> {
  const keys: Partial<Record<Algorithm, Key>> = {};
  if (jwksUrl !== undefined) keys.RS256 = keys.ES256 = keySet(jwksUrl, cooldownMs);
  if (publicKeyFile !== undefined) Object.assign(keys, publicKey(publicKeyFile));
  if (secret !== undefined) keys.HS256 = new TextEncoder().encode(secret);
  return keys;
}

/** The issuer's keys, read again when a token names one that is not among them, yet not more often than the cooldown. */
function keySet(url: string, cooldownDuration: number): JWTVerifyGetKey {
  const schemes = new URL(url).protocol === 'http:' ? (['http:', 'https:'] as const) : (['https:'] as const);
  return createRemoteJWKSet(new URL(url), {
    cooldownDuration,
    cacheMaxAge: jwks.maxAgeMs,
    timeoutDuration: jwks.timeoutMs,
    // Whoever set this address may well have meant a server of their own network.
    [customFetch]: (address: string) =>
      fetchOutside(address, {
        ...{ schemes, allowPrivate: true, maxRedirects: 0 },
        ...{ maxBytes: jwks.maxBytes, timeoutMs: jwks.timeoutMs },
      }),
  });
}

function publicKey(file: string): Partial<Record<Algorithm, KeyObject>> {
  const invalid = (cause: unknown): RelevoError =>
    new RelevoError(
      'ENVIRONMENT_INVALID',
      'The public key of tokens cannot be used.',
      {
        field: 'RELEVO_JWT_PUBLIC_KEY',
        value: file,
        expected: 'the path of a PEM file with a public key, RSA (at least 2048 bits) or P-256',
      },
      { cause },
    );
  try {
    const key = createPublicKey(readFileSync(file));
    const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
    if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return { RS256: key };
    if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { ES256: key };
  } catch (error) {
    throw invalid(error);
  }
  throw invalid(undefined);
}

const algorithms: readonly string[] = ['HS256', 'RS256', 'ES256'] satisfies Algorithm[];

function algorithmOf(token: string): Algorithm | undefined {
  try {
    const { alg = '' } = decodeProtectedHeader(token);
    return algorithms.includes(alg) ? (alg as Algorithm) : undefined;
  } catch {
    return undefined;
  }
}

const notBelieved = (): RelevoError => unauthenticated('The token is not one that is believed here.');

/** The answer does not tell which check failed, but for time: that is no secret, and what people ask about. */
function refusalOf(error: unknown): RelevoError {
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired.');
  if (!isAway(error)) return notBelieved();
  return new RelevoError(
    'IDENTITY_UNAVAILABLE',
    'The token could not be checked: the issuer does not give its keys.',
    {},
    { cause: error },
  );
}

/** A fault of the way to the key set or of its answer: jose has no class of its own for an answer that is none. */
function isAway(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  return !(error instanceof TypeError);
}
