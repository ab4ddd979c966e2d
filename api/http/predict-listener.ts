import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelevoError } from '../../contracts/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { limits } from '../limits.ts';
import { type AnsweringDeps, createAnswering } from '../routes/predictions/answer.ts';
import { authorize, authorizeSomewhere } from '../security/authorize.ts';
import type { Admission } from '../security/gate.ts';
import type { Principal } from '../security/principal.ts';
import { errorHeaders } from './error-headers.ts';
import { logFailure } from './error-log.ts';
import { errorBody, toRelevoError } from './errors.ts';
import { bodyTooLarge } from './json-body.ts';
import { requestIdOf } from './request-id.ts';

export type ListenerDeps = AnsweringDeps &
  Pick<ApiDeps, 'log' | 'accessLog' | 'draining' | 'gate' | 'tracing' | 'tracedPredictions'>;

const predictPath = /^\/v1\/pipelines\/([^/?]+)\/predict$/;
const shortRoute = '/predict';
const longRoute = '/v1/pipelines/:pipeline/predict';

/**
 * Answers prediction requests straight from the socket: no Request and Response objects, no router, no promise per
 * request. Gives undefined, having done nothing, for every other request and for those to be traced. It is
 * `routes/predictions` in another coat: the same function answers both.
 */
export function createPredictListener(deps: ListenerDeps) {
  const share = deps.tracing === undefined ? 0 : deps.tracedPredictions;
  const isTraced = (): boolean => share > 0 && Math.random() < share;
  const parts: Parts = { ...deps, answerPrediction: createAnswering(deps) };
  return (request: IncomingMessage, response: ServerResponse): Exchange | undefined => {
    if (request.method !== 'POST') return undefined;
    // What a page sends is answered with what its browser wants to hear.
    if (request.headers.origin !== undefined) return undefined;
    const [path] = (request.url ?? '').split('?', 1);
    const match = path === shortRoute ? undefined : predictPath.exec(path);
    if (match === null || isTraced()) return undefined;
    const pipeline = match === undefined ? undefined : decoded(match[1]);
    const exchange = new Exchange(parts, request, response, pipeline);
    exchange.enter(path);
    return exchange;
  };
}

interface Parts extends ListenerDeps {
  answerPrediction: ReturnType<typeof createAnswering>;
}

/** One request and its answer. A class: its methods are made once, closures would be for every request. */
class Exchange {
  private readonly startedMs = performance.now();
  private readonly parts: Parts;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly pipeline: string | undefined;
  private readonly requestId: string;
  private principal: Principal | undefined;
  private isAnswered = false;

  constructor(
    parts: Parts,
    request: IncomingMessage,
    response: ServerResponse,
    pipeline: string | undefined,
  ) {
    this.parts = parts;
    this.request = request;
    this.response = response;
    this.pipeline = pipeline;
    this.requestId = requestIdOf(request.headers['x-request-id'], parts.newId);
  }

  private get route(): string {
    return this.pipeline === undefined ? shortRoute : longRoute;
  }

  /** Through the gate, then to the body; who is turned away has sent it for nothing. */
  enter(path: string): void {
    const { headers, socket } = this.request;
    try {
      const { remoteAddress } = socket;
      const admission = this.parts.gate({ method: 'POST', path, headers, remoteAddress });
      if (admission instanceof Promise)
        admission.then((given) => this.read(given)).catch((thrown: unknown) => this.turnAway(thrown));
      else this.read(admission);
    } catch (thrown) {
      this.turnAway(thrown);
    }
  }

  /** @throws RelevoError UNAUTHENTICATED, FORBIDDEN before any of the body is read */
  private read({ principal, headers }: Admission): void {
    this.principal = principal;
    if (this.pipeline === undefined) authorizeSomewhere(principal, 'predict');
    else authorize(principal, 'predict', this.pipeline);
    readBody(this.request, this, (body) => {
      const {
        'content-type': contentType,
        'content-encoding': contentEncoding,
        'x-relevo-key': key,
      } = this.request.headers;
      const { pipeline, requestId, startedMs } = this;
      this.parts.answerPrediction(
        { pipeline, principal, contentType, contentEncoding, key, requestId, startedMs, body },
        (error, json) => (error === undefined ? this.answer(200, json, headers) : this.refuse(error)),
      );
    });
  }

  refuse(thrown: unknown): void {
    const { route, requestId } = this;
    const error = toRelevoError(thrown);
    logFailure(this.parts.log, error, { requestId, method: 'POST', route });
    this.answer(error.status, JSON.stringify(errorBody(error, requestId)), errorHeaders(error));
  }

  private turnAway(thrown: unknown): void {
    this.refuse(thrown);
    this.request.resume();
  }

  private answer(status: number, json: string | Uint8Array, headers: Readonly<Record<string, string>>): void {
    const { response, requestId, parts } = this;
    if (response.headersSent || response.destroyed) return;
    const lines = [
      'content-type',
      'application/json',
      'content-length',
      String(Buffer.byteLength(json)),
      'cache-control',
      'no-store',
      'x-content-type-options',
      'nosniff',
      'x-request-id',
      requestId,
    ];
    for (const name in headers) lines.push(name, headers[name]);
    if (parts.draining.aborted) lines.push('connection', 'close');
    response.writeHead(status, lines);
    response.end(json);
    this.isAnswered = true;
    parts.metrics.request('POST', this.route, status, (performance.now() - this.startedMs) / 1000);
    if (status < 400 ? parts.accessLog.tellsPredictions : parts.accessLog.isOn) this.tell(status);
  }

  /** Once its connection or its answer is over: who did not wait for the answer is told of too. */
  closed(): void {
    if (!this.isAnswered && this.parts.accessLog.isOn) this.tell(undefined);
  }

  private tell(status: number | undefined): void {
    const { requestId, route, startedMs, principal } = this;
    const isCut = status === undefined;
    this.parts.accessLog.tell({ requestId, method: 'POST', route, status, startedMs, principal, isCut });
  }
}

/** Calls `whole` with the body, or refuses it once it is too long; what follows is then let go by. */
function readBody(
  request: IncomingMessage,
  exchange: { refuse(error: RelevoError): void },
  whole: (body: Buffer) => void,
): void {
  const limit = limits.predictBodyBytes;
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) {
    exchange.refuse(bodyTooLarge(limit, announced));
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
      exchange.refuse(bodyTooLarge(limit));
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
