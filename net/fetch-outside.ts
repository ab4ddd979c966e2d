import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { pipeline, Readable, Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { mayCall, type Reach } from './addresses.ts';
import { guardedLookup, type Resolve, refused } from './lookup.ts';

export interface OutsideOptions extends Reach {
  /** What the answer's body may be at most. */
  maxBytes: number;
  /** From the call to the last byte of the answer, redirects included. */
  timeoutMs: number;
  /** Only `https:` where absent. */
  schemes?: readonly ('https:' | 'http:')[];
  /** 3 where absent; 0 gives the redirect itself. */
  maxRedirects?: number;
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
  /** How names become addresses: the system's way where absent. */
  resolve?: Resolve;
}

const redirects = new Set([301, 302, 303, 307, 308]);
/** What a redirect to another origin must not be told. */
const confidential = new Set(['authorization', 'cookie', 'proxy-authorization']);
const withoutBody = new Set([204, 205, 304]);

/**
 * Calls a URL that came from outside. Scheme and address are checked before a byte is sent, at every redirect again; a
 * name is resolved once and that very address is connected to.
 * @returns the answer, whose body fails where it is longer or takes longer than allowed, and is never unpacked.
 * @throws RelevoError URL_REFUSED where it may not be called; otherwise what the network says.
 */
export async function fetchOutside(url: string | URL, options: OutsideOptions): Promise<Response> {
  const signal = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  let call: Call = {
    url: new URL(url),
    method: options.method ?? 'GET',
    headers: options.headers ?? {},
    body: options.body,
  };
  for (let left = options.maxRedirects ?? 3; ; left--) {
    demandCallable(call.url, options);
    const answer = await send(call, options, signal);
    const { location } = answer.headers;
    const isRedirect = redirects.has(answer.statusCode ?? 0) && location !== undefined;
    if (!isRedirect || options.maxRedirects === 0) return responseOf(answer, call, options.maxBytes);
    answer.destroy();
    if (left <= 0) throw refused(shown(call.url), 'it redirects too often');
    call = redirected(call, answer.statusCode ?? 0, new URL(location, call.url));
  }
}

interface Call {
  url: URL;
  method: 'GET' | 'HEAD' | 'POST';
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

/** Where a URL leads, without what may be secret in it: user, password, query, and the path that is a webhook's key. */
const shown = ({ protocol, host }: URL): string => `${protocol}//${host}`;

function demandCallable(url: URL, options: OutsideOptions): void {
  const schemes: readonly string[] = options.schemes ?? ['https:'];
  if (!schemes.includes(url.protocol))
    throw refused(shown(url), `its scheme is ${url.protocol} and not ${schemes.join(' or ')}`);
  // The URL parser has made decimal, octal and hexadecimal forms one; a literal never reaches the lookup.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !mayCall(host, options))
    throw refused(shown(url), `it leads to the address ${host}`);
}

function send(call: Call, options: OutsideOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const request = call.url.protocol === 'https:' ? requestHttps : requestHttp;
  const requestOptions: RequestOptions = {
    method: call.method,
    headers: { 'accept-encoding': 'identity', ...call.headers },
    // A socket of its own: one that is kept open was checked for somebody else.
    agent: false,
    lookup: guardedLookup(shown(call.url), options, options.resolve) as RequestOptions['lookup'],
    signal,
  };
  return new Promise((resolve, reject) => {
    request(call.url, requestOptions, resolve).on('error', reject).end(call.body);
  });
}

function redirected(call: Call, status: number, url: URL): Call {
  const isSame = url.origin === call.url.origin;
  const headers = isSame
    ? call.headers
    : Object.fromEntries(
        Object.entries(call.headers).filter(([name]) => !confidential.has(name.toLowerCase())),
      );
  const keepsBody = status === 307 || status === 308;
  if (keepsBody || call.method !== 'POST') return { ...call, url, headers };
  return { url, headers, method: 'GET', body: undefined };
}

function responseOf(answer: IncomingMessage, { url, method }: Call, maxBytes: number): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = answer.statusCode ?? 502;
  const hasBody = method !== 'HEAD' && !withoutBody.has(status);
  if (!hasBody) answer.resume();
  else if (Number(answer.headers['content-length'] ?? 0) > maxBytes) {
    answer.destroy();
    throw new Error(tooLong(maxBytes));
  }
  const body = hasBody ? (Readable.toWeb(limited(answer, maxBytes)) as ReadableStream) : null;
  const response = new Response(body, { status, headers });
  Object.defineProperty(response, 'url', { value: url.href });
  return response;
}

const tooLong = (maxBytes: number): string => `it is larger than ${maxBytes} bytes`;

/** Passes bytes on up to the limit. */
function limited(answer: IncomingMessage, maxBytes: number): Transform {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) done(null, chunk);
      else done(new Error(tooLong(maxBytes)));
    },
  });
  // Whichever side ends first ends the other; the reader of `limit` hears why.
  return pipeline(answer, limit, () => undefined);
}
