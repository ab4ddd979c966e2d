import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { throwIfAborted } from '../duckdb.ts';

const bufferBytes = 2 ** 20;

/** SHA-256 of a file's bytes, as hexadecimal. @throws RelevoError CANCELLED. */
export async function fileSha256(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  // One buffer for the whole file: a stream allocates each chunk anew, and tens of megabytes wait for the collector.
  const buffer = Buffer.allocUnsafe(bufferBytes);
  const file = await open(path);
  try {
    for (;;) {
      throwIfAborted(signal);
      const { bytesRead } = await file.read(buffer, 0, bufferBytes);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
