import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An identity provider on a port of this machine: keys that rotate, tokens, and logins by authorization code. */
export interface Issuer {
  url: string;
  jwksUrl: string;
  /** How often the key set was asked for. */
  keySetReads(): number;
  /** Signs with another key from now on; the former one is gone from the set. */
  rotate(): Promise<void>;
  /** A token as the provider signs them: good for a minute, unless it is told otherwise. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** What the next ID tokens say beside the standard claims, and what is wrong with them. */
  nextLogin: { claims: JWTPayload; nonce?: string };
  close(): Promise<void>;
}

export const client = { id: 'relevo', secret: 'a-secret-between-the-two' };

interface Waiting {
  challenge: string;
  nonce: string;
  redirectUri: string;
}

export async function startIssuer(algorithm: 'RS256' | 'ES256' = 'RS256'): Promise<Issuer> {
  let [pair, kid, reads] = [await generateKeyPair(algorithm), 1, 0];
  const codes = new Map<string, Waiting>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const sign = (claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const standard = { iss: url, aud: client.id, sub: 'ana', iat: nowSeconds, exp: nowSeconds + 60 };
    return new SignJWT({ ...standard, ...claims })
      .setProtectedHeader({ alg: algorithm, kid: String(kid), ...header })
      .sign(pair.privateKey);
  };
  const issuer: Issuer = {
    ...{ url, jwksUrl: `${url}/keys`, sign, nextLogin: { claims: {} } },
    keySetReads: () => reads,
    async rotate() {
      pair = await generateKeyPair(algorithm);
      kid++;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    };
    if (pathname === '/.well-known/openid-configuration') return json(200, metadata(url, algorithm));
    if (pathname === '/keys') {
      reads++;
      return json(200, { keys: [await publicJwk(pair, kid, algorithm)] });
    }
    if (pathname === '/authorize') return authorize(searchParams, response);
    if (pathname === '/token') return token(new URLSearchParams(await textOf(request)), request, json);
    json(404, {});
  }

  /** The person is logged in here already and agrees. */
  function authorize(asked: URLSearchParams, response: ServerResponse): void {
    const code = `code-${codes.size + 1}`;
    const redirectUri = asked.get('redirect_uri') ?? '';
    const [challenge, nonce] = [asked.get('code_challenge') ?? '', asked.get('nonce') ?? ''];
    codes.set(code, { challenge, nonce, redirectUri });
    const back = new URL(redirectUri);
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    response.writeHead(302, { location: back.href, connection: 'close' });
    response.end();
  }

  async function token(
    given: URLSearchParams,
    request: IncomingMessage,
    json: (status: number, body: unknown) => void,
  ): Promise<void> {
    const waiting = codes.get(given.get('code') ?? '');
    codes.delete(given.get('code') ?? '');
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
    const isClient =
      request.headers.authorization === `Basic ${basic}` || given.get('client_secret') === client.secret;
    const verifier = createHash('sha256')
      .update(given.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = waiting?.challenge === verifier && waiting.redirectUri === given.get('redirect_uri');
    if (!isClient || !isRight || waiting === undefined) return json(400, { error: 'invalid_grant' });
    const { claims, nonce = waiting.nonce } = issuer.nextLogin;
    const idToken = await sign({ ...claims, nonce });
    json(200, { access_token: 'x', token_type: 'bearer', expires_in: 60, id_token: idToken });
  }
  return issuer;
}

const metadata = (url: string, algorithm: string) => ({
  issuer: url,
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  jwks_uri: `${url}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: [algorithm],
  code_challenge_methods_supported: ['S256'],
});

async function publicJwk({ publicKey }: Pair, kid: number, alg: string): Promise<object> {
  return { ...(await exportJWK(publicKey)), kid: String(kid), alg, use: 'sig' };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
