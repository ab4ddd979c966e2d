import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { RelevoError } from '../../contracts/errors.ts';
import { limits } from '../limits.ts';
import type { ApiContext } from '../openapi.ts';
import { within } from '../within.ts';

/** Connections that a file comes by: a whole request's time is not theirs. */
const uploading = new WeakSet<Socket>();

/** Whether what comes by a connection now is a file, which `uploadedFile` watches over. */
export const isUploading = (socket: Socket): boolean => uploading.has(socket);

export interface Pace {
  /** Of each so many bytes the client may make us wait so long, all in all. */
  bytes: number;
  withinMs: number;
}

/**
 * The body of a request that brings a file, as it comes: however long it takes as a whole, as long as it comes.
 * @throws RelevoError REQUEST_TIMEOUT where the client sends more slowly than `limits.uploadPace`
 */
export async function* uploadedFile(c: ApiContext): AsyncGenerator<Uint8Array> {
  const socket = socketOf(c.env);
  if (socket !== undefined) uploading.add(socket);
  try {
    yield* paced(c.req.raw.body ?? Readable.from([]), limits.uploadPace);
  } catch (error) {
    // What of the file is still to come would be read as the next request.
    c.header('connection', 'close');
    throw error;
  } finally {
    if (socket !== undefined) uploading.delete(socket);
  }
}

/**
 * The same chunks, refused once they come too slowly. Only the time that is spent waiting for them counts: a client
 * is not to blame for a disk that is slow to take them.
 */
export async function* paced(body: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let waitedMs = 0;
  let bytes = 0;
  try {
    for (;;) {
      const sinceMs = performance.now();
      const next = await within(pace.withinMs - waitedMs, chunks.next());
      if (next === undefined) throw tooSlow(pace);
      if (next.done) return;
      waitedMs += performance.now() - sinceMs;
      bytes += next.value.byteLength;
      if (bytes >= pace.bytes) [bytes, waitedMs] = [0, 0];
      yield next.value;
    }
  } finally {
    // What waits for the next chunk of a client that is silent would wait for ever.
    chunks.return?.().catch(() => undefined);
  }
}

const tooSlow = ({ bytes, withinMs }: Pace): RelevoError =>
  new RelevoError('REQUEST_TIMEOUT', 'The file comes too slowly.', {
    field: 'body',
    expected: `at least ${bytes / 1024} KiB in every ${withinMs / 1000} s`,
  });

/** Requests that come through `app.request` have no socket. */
const socketOf = (env: unknown): Socket | undefined =>
  typeof env === 'object' && env !== null && 'incoming' in env
    ? (env.incoming as IncomingMessage).socket
    : undefined;
