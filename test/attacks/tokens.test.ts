import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantsOf } from '../../api/security/tokens/claims.ts';
import { createKnownTokens } from '../../api/security/tokens/known-tokens.ts';
import { createTokenVerifier } from '../../api/security/tokens/verifier.ts';
import { client, type Issuer, startIssuer } from '../support/issuer.ts';

const secret = 'a shared secret of more than 32 characters';
const nowSeconds = Math.floor(Date.now() / 1000);
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

let folder: string;
let issuer: Issuer;
let other: Issuer;
let claims: JWTPayload;
let byAll: (token: string) => Promise<JWTPayload>;
let byPem: (token: string) => Promise<JWTPayload>;

const hs = (payload: JWTPayload, key = secret, header = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(new TextEncoder().encode(key));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-tokens-'));
  const publicKeyFile = join(folder, 'public.pem');
  await writeFile(publicKeyFile, publicPem);
  [issuer, other] = await Promise.all([startIssuer('ES256'), startIssuer('ES256')]);
  const common = { issuer: issuer.url, audience: client.id };
  claims = { iss: issuer.url, aud: client.id, sub: 'ana', exp: nowSeconds + 600, roles: ['engineer'] };
  byAll = createTokenVerifier({ ...common, secret, jwksUrl: issuer.jwksUrl }, { cooldownMs: 0 });
  byPem = createTokenVerifier({ ...common, publicKeyFile });
});
afterAll(async () => {
  await Promise.all([issuer.close(), other.close(), rm(folder, { recursive: true })]);
});

describe('tokens that are believed', () => {
  it('are signed with the secret, the public key or a key of the set', async () => {
    const rs = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    for (const payload of [byAll(await hs(claims)), byPem(rs), byAll(await issuer.sign({}))])
      expect((await payload).sub).toBe('ana');
  });

  it('say their roles; those of other systems are passed over', () => {
    const token = { realm_access: { roles: ['offline_access', 'engineer:pump', 'viewer', 'root'] } };
    expect(grantsOf(token, 'realm_access.roles')).toEqual([
      { role: 'engineer', pipeline: 'pump' },
      { role: 'viewer', pipeline: '*' },
    ]);
    expect(grantsOf({ roles: 'client:pump  admin' }, 'roles')).toHaveLength(2);
    expect(grantsOf({ roles: { admin: true } }, 'roles')).toEqual([]);
    expect(grantsOf({}, '__proto__.polluted')).toEqual([]);
  });

  it('are remembered, so that the signature is checked once', async () => {
    let checks = 0;
    const known = createKnownTokens({
      rolesClaim: 'roles',
      verify(token) {
        checks++;
        return byAll(token);
      },
    });
    const token = await hs(claims);
    const first = await known.open(token, () => {});
    expect(known.open(token, () => {})).toBe(first);
    expect(checks).toBe(1);
  });

  it('may be signed with a key that the issuer has just made; the one it withdrew opens nothing', async () => {
    const before = await issuer.sign({});
    await issuer.rotate();
    expect((await byAll(await issuer.sign({}))).sub).toBe('ana');
    await expect(byAll(before)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('tokens that are refused', () => {
  const attacks: [string, () => Promise<string> | string][] = [
    ['alg none', () => new UnsecuredJWT(claims).encode()],
    ['alg none with a signature', async () => withHeader(await hs(claims), { alg: 'none' })],
    ['alg NoNe', async () => withHeader(await hs(claims), { alg: 'NoNe' })],
    ['HS256 with the public key for its secret', () => hs(claims, publicPem)],
    ['HS256 with an empty secret', async () => withSignature(await hs(claims), '')],
    ['HS512 with the right secret', () => signedAs('HS512')],
    ['another secret', () => hs(claims, `${secret}!`)],
    [
      'RS256 with a key of the attacker',
      () => new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
    ],
    ['a key in its own header', () => hs(claims, 'x'.repeat(40), { jwk: { kty: 'oct', k: 'eHg' } })],
    ['a key set of its own', () => other.sign(claims, { jku: other.jwksUrl })],
    ['a kid that is a path', () => hs(claims, 'x'.repeat(40), { kid: '../../../../dev/null' })],
    ['an unknown kid', () => issuer.sign({}, { kid: "1' or '1'='1" })],
    ['a changed claim', async () => withClaims(await hs(claims), { ...claims, roles: ['admin'] })],
    ['expired', () => hs({ ...claims, exp: nowSeconds - 60 })],
    ['not yet good', () => hs({ ...claims, nbf: nowSeconds + 600 })],
    ['without an end', () => hs({ ...claims, exp: undefined })],
    ['without a subject', () => hs({ ...claims, sub: undefined })],
    ['of another issuer', () => hs({ ...claims, iss: other.url })],
    ['for another audience', () => hs({ ...claims, aud: 'billing' })],
    ['with an unknown critical header', () => withHeader('a.b.c', { alg: 'HS256', crit: ['x'], x: 1 })],
    ['no token', () => 'x.y.z'],
    ['deeply nested', () => `${'['.repeat(5_000)}.a.b`],
  ];
  it.each(attacks)('%s', async (_, forge) => {
    const token = await forge();
    await expect(byAll(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    if (_ !== 'RS256 with a key of the attacker')
      await expect(byPem(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('are not asked about elsewhere: no key set but the one that was set is read', async () => {
    const reads = other.keySetReads();
    await expect(byAll(await other.sign(claims, { jku: other.jwksUrl }))).rejects.toThrow();
    expect(other.keySetReads()).toBe(reads);
  });

  it('is not said of a token that nobody can check: the issuer is away', async () => {
    const away = createTokenVerifier({
      ...{ issuer: issuer.url, audience: client.id, jwksUrl: 'http://127.0.0.1:1/keys' },
    });
    await expect(away(await issuer.sign({}))).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
  });
});

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const withHeader = (token: string, header: object): string =>
  [encoded(header), ...token.split('.').slice(1)].join('.');
const withClaims = (token: string, payload: object): string => {
  const [header, , signature] = token.split('.');
  return [header, encoded(payload), signature].join('.');
};
const withSignature = (token: string, signature: string): string =>
  [...token.split('.').slice(0, 2), signature].join('.');
const signedAs = (alg: string): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
