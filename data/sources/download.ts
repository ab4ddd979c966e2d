import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { RelevoError } from '../../contracts/errors.ts';
import type { Location, SourceContext } from '../../contracts/source.ts';
import { fetchOutside } from '../../net/fetch-outside.ts';
import { throwIfAborted } from '../duckdb.ts';
import { canonicalSha256 } from './canonical.ts';
import { unpackMember } from './zip.ts';

type Download = Extract<Location, { kind: 'download' }>;

const mostBytes = 512 * 1024 * 1024;
const timeLimitMs = 5 * 60_000;
const probeLimitMs = 4_000;

/** Whether a server answers for a URL with success; no longer than a few seconds. */
export async function answers(url: string, networks?: readonly string[]): Promise<boolean> {
  try {
    const probe = { method: 'HEAD', maxBytes: 0, timeoutMs: probeLimitMs } as const;
    return (await fetchOutside(url, { ...probe, networks })).ok;
  } catch {
    return false;
  }
}

/**
 * Fetches a location to `path`, unpacks the member it names, and compares its content (a CSV file's canonical one) with
 * the pin.
 * @throws RelevoError SOURCE_UNAVAILABLE (a later try may succeed), URL_REFUSED, SOURCE_CHECKSUM_MISMATCH, CANCELLED.
 */
export async function download(
  location: Download,
  { format, delimiter }: { format: 'csv' | 'parquet'; delimiter: string },
  path: string,
  context: SourceContext,
): Promise<void> {
  const fetched = `${path}.download`;
  await fetchTo(location.url, fetched, context);
  if (location.member !== undefined) await unpackMember(fetched, location.member, path);
  else await rename(fetched, path);
  const actual = format === 'csv' ? await canonicalSha256(path, delimiter) : await sha256(path);
  if (actual === location.contentSha256) return;
  throw new RelevoError(
    'SOURCE_CHECKSUM_MISMATCH',
    `${location.url} holds other values than the pipeline was written for`,
    {
      field: 'contentSha256',
      value: actual,
      expected: location.contentSha256,
      where: location.url,
      remedy: 'Look at what changed; pin the new checksum only where the change is meant.',
    },
  );
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function fetchTo(url: string, path: string, context: SourceContext): Promise<void> {
  try {
    const { signal, allowedNetworks: networks } = context;
    const response = await fetchOutside(url, {
      ...{ maxBytes: mostBytes, timeoutMs: timeLimitMs, networks, signal },
    });
    if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
    const total = Number(response.headers.get('content-length')) || undefined;
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream),
      counted(total, context),
      createWriteStream(path),
      { signal },
    );
  } catch (error) {
    throwIfAborted(context.signal);
    if (error instanceof RelevoError) throw error;
    throw unavailable(url, error);
  }
}

function counted(total: number | undefined, context: SourceContext): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      context.onProgress(bytes, total);
      done(null, chunk);
    },
  });
}

function unavailable(url: string, error: unknown): RelevoError {
  const reason =
    error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : String(error);
  return new RelevoError(
    'SOURCE_UNAVAILABLE',
    `${url} cannot be downloaded: ${reason}`,
    { field: 'url', value: url, remedy: 'Check the network, or put the file below RELEVO_DATA.' },
    { cause: error },
  );
}
