import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelevoError } from '../../contracts/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { limits } from '../limits.ts';
import { type AnsweringDeps, createAnswering } from '../routes/predictions/answer.ts';
import type { Admission } from '../security/gate.ts';
import { errorHeaders } from './error-headers.ts';
import { logFailure } from './error-log.ts';
import { errorBody, toRelevoError } from './errors.ts';
import { bodyTooLarge } from './json-body.ts';
import { requestIdOf } from './request-id.ts';

export type ListenerDeps = AnsweringDeps & Pick<ApiDeps, 'log' | 'draining' | 'gate'>;

const predictPath = /^\/v1\/pipelines\/([^/?]+)\/predict$/;
const shortRoute = '/predict';
const longRoute = '/v1/pipelines/{pipeline}/predict';

/**
 * Answers prediction requests straight from the socket: no Request and Response objects, no router, no promise per
 * request. Gives false, having done nothing, for every other request. It is `routes/predictions` in another coat:
 * the same function answers both.
 */
export function createPredictListener(deps: ListenerDeps) {
  const answerPrediction = createAnswering(deps);
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'POST') return false;
    const [path] = (request.url ?? '').split('?', 1);
    const match = path === shortRoute ? undefined : predictPath.exec(path);
    if (match === null) return false;
    const startedMs = performance.now();
    const route = match === undefined ? shortRoute : longRoute;
    const requestId = requestIdOf(request.headers['x-request-id'], deps.newId);

    const answer = (status: number, json: string, headers: Readonly<Record<string, string>>): void => {
      if (response.headersSent || response.destroyed) return;
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(json),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': requestId,
        ...headers,
        ...(deps.draining.aborted ? { connection: 'close' } : {}),
      });
      response.end(json);
      deps.metrics.request('POST', route, status, (performance.now() - startedMs) / 1000);
    };
    const refuse = (thrown: unknown): void => {
      const error = toRelevoError(thrown);
      logFailure(deps.log, error, { requestId, method: 'POST', route });
      answer(error.status, JSON.stringify(errorBody(error, requestId)), errorHeaders(error));
    };
    const admit = ({ principal, headers }: Admission): void =>
      readBody(request, refuse, (body) => {
        const pipeline = match === undefined ? undefined : decoded(match[1]);
        const {
          'content-type': contentType,
          'content-encoding': contentEncoding,
          'x-relevo-key': key,
        } = request.headers;
        answerPrediction(
          { pipeline, principal, contentType, contentEncoding, key, requestId, startedMs, body },
          (error, json) => (error === undefined ? answer(200, json, headers) : refuse(error)),
        );
      });
    const turnAway = (thrown: unknown): void => {
      refuse(thrown);
      request.resume();
    };
    try {
      const { headers, method } = request;
      const admission = deps.gate({ method, path, headers, remoteAddress: request.socket.remoteAddress });
      if (admission instanceof Promise) admission.then(admit, turnAway);
      else admit(admission);
    } catch (error) {
      turnAway(error);
    }
    return true;
  };
}

/** Calls `whole` with the body, or `refuse` once it is too long; what follows is then let go by. */
function readBody(
  request: IncomingMessage,
  refuse: (error: RelevoError) => void,
  whole: (body: Buffer) => void,
): void {
  const limit = limits.predictBodyBytes;
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) {
    refuse(bodyTooLarge(limit, announced));
    request.resume();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
    else if (before <= limit) {
      chunks.length = 0;
      refuse(bodyTooLarge(limit));
    } else if (bytes > 8 * limit) request.destroy();
  });
  request.on('end', () => {
    if (bytes <= limit) whole(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
