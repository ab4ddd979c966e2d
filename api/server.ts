import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { RelevoError } from '../contracts/errors.ts';
import { shutdownGraceMs } from '../temporal.config.ts';
import type { ApiApp } from './app.ts';
import { errorHeaders } from './http/error-headers.ts';
import { errorBody } from './http/errors.ts';
import { createPredictListener, type ListenerDeps } from './http/predict-listener.ts';
import { createPressure } from './http/pressure.ts';
import { isUploading } from './http/upload.ts';
import { limits } from './limits.ts';
import type { Certificate } from './tls.ts';

export type ApiServer = Server | TlsServer;

/** The HTTP server, over TLS with a certificate: predictions straight from the socket, everything else through the app. */
export function createApiServer(app: ApiApp, deps: ListenerDeps, certificate?: Certificate): ApiServer {
  const answerPrediction = createPredictListener(deps);
  const pressure = createPressure();
  const answerByApp = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: 2_000,
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const bytes = heldBytes(request);
    const isWatcher = isProbe(request.url);
    const refused = isWatcher ? undefined : pressure.enter(bytes);
    if (refused !== undefined) {
      refuse(request, response, refused, deps);
      return;
    }
    const exchange = answerPrediction(request, response);
    if (exchange === undefined) void answerByApp(request, response);
    if (isWatcher) return;
    response.once('close', () => {
      pressure.leave(bytes);
      exchange?.closed();
    });
  };
  const server =
    certificate === undefined
      ? createServer(options, answer)
      : createTlsServer({ ...options, ...certificate, handshakeTimeout: limits.headersTimeoutMs }, answer);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
    if (error.code === requestTimedOut && isUploading(socket)) return;
    refuseRaw(socket, clientError(error.code), deps.newId());
  });
  return server;
}

const requestTimedOut = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Of its body as announced, what may be in memory at once: what is longer is refused, or a file that goes to disk. */
const heldBytes = ({ headers }: IncomingMessage): number =>
  Math.min(Number(headers['content-length'] ?? 0), limits.predictBodyBytes);

/** Who watches over the server hears from it however much is under way. */
const isProbe = (path: string | undefined): boolean =>
  path === '/health' || path === '/ready' || path === '/metrics';

/** Before anything of the request is read, and without the connection it came by: the client shall pause. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: RelevoError,
  { newId, accessLog }: Pick<ListenerDeps, 'newId' | 'accessLog'>,
): void {
  const id = newId();
  response.writeHead(error.status, {
    'content-type': 'application/json',
    'x-request-id': id,
    connection: 'close',
    ...errorHeaders(error),
  });
  response.end(JSON.stringify(errorBody(error, id)));
  request.resume();
  const { method = 'GET' } = request;
  accessLog.tell({
    ...{ requestId: id, method, route: 'none', status: error.status, principal: undefined, isCut: false },
    startedMs: performance.now(),
  });
}

/** What never became a request: it is answered on the bare socket. */
function refuseRaw(
  socket: Socket,
  { status, error }: { status: number; error: RelevoError },
  id: string,
): void {
  const body = JSON.stringify(errorBody(error, id));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${id}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function clientError(code: string | undefined): { status: number; error: RelevoError } {
  if (code === requestTimedOut) {
    const expected = `headers within ${limits.headersTimeoutMs / 1000} s, all within ${limits.requestTimeoutMs / 1000} s`;
    const error = new RelevoError('REQUEST_TIMEOUT', 'The request did not arrive in time.', { expected });
    return { status: error.status, error };
  }
  const tooLong = code === 'HPE_HEADER_OVERFLOW';
  const error = new RelevoError(
    'REQUEST_INVALID',
    tooLong ? 'The headers are too long.' : 'This is not HTTP.',
    {
      field: tooLong ? 'headers' : 'request',
      expected: tooLong ? 'at most 16 KiB' : 'HTTP/1.1',
    },
  );
  return { status: tooLong ? 431 : error.status, error };
}

/** @throws RelevoError PORT_TAKEN naming the setting that changes it. */
export async function listen(server: ApiServer, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => resolve());
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
    const why = error.code === 'EACCES' ? 'is not for this user' : 'is taken';
    return new RelevoError('PORT_TAKEN', `Port ${port} of ${host} ${why}; RELEVO_PORT sets another.`, {
      field: 'RELEVO_PORT',
      value: port,
      expected: 'a free port',
    });
  }
  if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'ENOTFOUND') return error;
  return new RelevoError('ENVIRONMENT_INVALID', `RELEVO_HOST=${host} is no address of this machine.`, {
    field: 'RELEVO_HOST',
    value: host,
    expected: 'an address of this machine, such as 127.0.0.1',
  });
}

/** Stops accepting, lets requests end, closes what is left after the grace time. */
export async function drain(server: ApiServer, graceMs: number = shutdownGraceMs): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const closing = setInterval(() => server.closeIdleConnections(), 50);
  await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
  clearInterval(closing);
  server.closeAllConnections();
  await closed;
}
