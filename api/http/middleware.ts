import type { MiddlewareHandler } from 'hono';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../openapi.ts';
import { foundRoute } from './found-route.ts';
import { bodyTooLarge, checkMediaType, decodeUtf8, parseJsonText } from './json-body.ts';
import { demandShallow } from './json-depth.ts';
import { requestIdOf } from './request-id.ts';

/** Gives each request an id, in the answer too. */
export const withRequestId =
  (newId: () => string): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const id = requestIdOf(c.req.header('x-request-id'), newId);
    c.set('requestId', id);
    c.header('x-request-id', id);
    await next();
  };

/** Counts and times each request under the pattern of its route, never under its path. */
export const counted =
  ({ metrics }: Pick<ApiDeps, 'metrics'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const startedMs = performance.now();
    await next();
    metrics.request(c.req.method, foundRoute(c), c.res.status, (performance.now() - startedMs) / 1000);
  };

/** Tells clients to go elsewhere with their next request while the server drains. */
export const closingWhileDraining =
  ({ draining }: Pick<ApiDeps, 'draining'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    await next();
    if (draining.aborted) c.header('connection', 'close');
  };

/**
 * Refuses a body above the limit, by its announced length or while it streams in. Hono's own `bodyLimit` makes a new
 * request of what came without a length, which the server's light ones are not fit for.
 */
export const limitedBody =
  (limitBytes: number): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { headers } = c.req.raw;
    const announced = headers.get('content-length');
    if (announced !== null && !headers.has('transfer-encoding')) {
      if (Number(announced) > limitBytes) throw bodyTooLarge(limitBytes);
      // The body is not touched: once it is a stream, the server cannot read away what a refused request has left of it.
      return next();
    }
    const { body } = c.req.raw;
    if (body === null) return next();
    c.req.raw = new Request(c.req.url, {
      ...{ method: c.req.method, headers },
      body: await bytesOf(body, limitBytes),
    });
    return next();
  };

/** @throws RelevoError BODY_TOO_LARGE as soon as there are more */
async function bytesOf(
  body: ReadableStream<Uint8Array>,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    bytes += value.byteLength;
    if (bytes > limitBytes) throw bodyTooLarge(limitBytes);
    chunks.push(value);
  }
}

/** Demands a JSON body; the route's validator reads it again from memory. */
export const jsonBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  checkMediaType(c.req.header('content-type'), c.req.header('content-encoding'));
  const text = decodeUtf8(Buffer.from(await c.req.arrayBuffer()));
  demandShallow(text);
  parseJsonText(text);
  await next();
};
