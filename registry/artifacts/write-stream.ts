import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { RelevoError } from '../../contracts/errors.ts';

/**
 * Writes chunks to a new file and onto the disk; gives their hash and length.
 * @throws RelevoError BODY_TOO_LARGE once there are more than `maxBytes`; the file is the caller's to remove.
 */
export async function writeStream(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

const tooLarge = (maxBytes: number): RelevoError =>
  new RelevoError('BODY_TOO_LARGE', `The file is larger than ${maxBytes.toLocaleString('en')} bytes.`, {
    field: 'body',
    expected: `at most ${maxBytes} bytes`,
  });
