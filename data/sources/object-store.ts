import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { ObjectStoreSettings } from '../../contracts/source.ts';
import { throwIfAborted } from '../duckdb.ts';

/** An object as a listing shows it. */
export interface ListedObject {
  key: string;
  bytes: number;
  changedMs: number;
  /** Another where the content is another. */
  etag: string;
}

export interface Listing {
  objects: ListedObject[];
  /** When it was made by the store's own clock, in ms since 1970: that of `changedMs`. */
  nowMs: number;
}

const connectionTimeoutMs = 5_000;
/** A connection over which nothing comes for so long is given up. */
const silenceMs = 30_000;

const connections = new Map<string, ReturnType<typeof connect>>();

function connectionTo(settings: ObjectStoreSettings): ReturnType<typeof connect> {
  const key = JSON.stringify(settings);
  const connection = connections.get(key) ?? connect(settings);
  connections.set(key, connection);
  return connection;
}

/** The SDK is loaded by who watches a bucket alone: it takes tens of megabytes. */
async function connect({ endpoint, region }: ObjectStoreSettings) {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...(region !== undefined && { region }),
    // Stores of one's own have no region, and no host name for each bucket.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
    requestHandler: { connectionTimeout: connectionTimeoutMs, socketTimeout: silenceMs },
  });
  return { sdk, client };
}

/**
 * The objects whose keys start with `prefix` and have no further `/`, page by page.
 * @param pageSize 1 to 1,000 objects a request.
 * @throws RelevoError BUCKET_UNAVAILABLE (a later try may succeed), BUCKET_REFUSED, CANCELLED.
 */
export async function listObjects(
  { bucket, prefix }: { bucket: string; prefix: string },
  settings: ObjectStoreSettings,
  { pageSize = 1_000, signal }: { pageSize?: number; signal?: AbortSignal } = {},
): Promise<Listing> {
  const objects: ListedObject[] = [];
  let nowMs = 0;
  let next: string | undefined;
  do {
    const page = await asking(`s3://${bucket}/${prefix}`, signal, async () => {
      const { sdk, client } = await connectionTo(settings);
      const command = new sdk.ListObjectsV2Command({
        ...{ Bucket: bucket, Prefix: prefix, Delimiter: '/', MaxKeys: pageSize, ContinuationToken: next },
        // A key may hold what XML cannot.
        EncodingType: 'url',
      });
      command.middlewareStack.add(
        (handle) => async (args) => {
          const answer = await handle(args);
          nowMs = dateOf(answer.response) ?? Date.now();
          return answer;
        },
        { step: 'deserialize' },
      );
      return await client.send(command, { abortSignal: signal });
    });
    for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
      if (Key === undefined || LastModified === undefined) continue;
      const [bytes, changedMs, etag] = [Size ?? 0, LastModified.getTime(), ETag ?? ''];
      objects.push({ key: decoded(Key), bytes, changedMs, etag });
    }
    next = page.NextContinuationToken;
  } while (next !== undefined);
  return { objects, nowMs };
}

/**
 * Writes an object to `path` as it comes; false where it is gone or its content is another than `etag` marks.
 * @throws RelevoError BUCKET_UNAVAILABLE (a later try may succeed), BUCKET_REFUSED, CANCELLED.
 */
export async function fetchObject(
  { bucket, key, etag }: { bucket: string; key: string; etag: string },
  settings: ObjectStoreSettings,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<boolean> {
  return await asking(`s3://${bucket}/${key}`, signal, async () => {
    const { sdk, client } = await connectionTo(settings);
    try {
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag });
      const { Body } = await client.send(command, { abortSignal: signal });
      if (!(Body instanceof Readable)) throw new Error('the answer has no body');
      await pipeline(Body, createWriteStream(path), { signal });
      return true;
    } catch (error) {
      await rm(path, { force: true });
      if (isAnother(error)) return false;
      throw error;
    }
  });
}

const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

function dateOf(response: unknown): number | undefined {
  const { headers } = response as { headers?: Record<string, string> };
  const ms = Date.parse(headers?.date ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** What the SDK says of an answer that was none: the store's code, and the HTTP status where there was one. */
interface StoreError {
  name: string;
  status?: number;
}

function storeErrorOf(error: unknown): StoreError {
  const { name, code, $metadata } = error as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return { name: code ?? name ?? 'Error', status: $metadata?.httpStatusCode };
}

const isAnother = (error: unknown): boolean => {
  const { name, status } = storeErrorOf(error);
  return status === 412 || name === 'NoSuchKey';
};

/** The store's own sentence may say anything: its code and the HTTP status are told. */
async function asking<T>(
  address: string,
  signal: AbortSignal | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throwIfAborted(signal);
    const { name, status } = storeErrorOf(error);
    const isRefusal =
      (status !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408) ||
      name === 'CredentialsProviderError';
    const why = status === undefined ? name : `${name}, HTTP ${status}`;
    const details = { field: 'watch', value: address, expected: 'a bucket that can be listed and read' };
    if (isRefusal)
      throw new RelevoError(
        'BUCKET_REFUSED',
        `The object store refuses ${address}: ${why}`,
        {
          ...details,
          remedy: 'Check the name of the bucket, and that the credentials may list and read it.',
        },
        { cause: error },
      );
    throw new RelevoError(
      'BUCKET_UNAVAILABLE',
      `The object store does not answer for ${address}: ${why}`,
      { ...details, remedy: 'Check S3_ENDPOINT and the network.' },
      { cause: error },
    );
  }
}
