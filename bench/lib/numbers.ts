import { open } from 'node:fs/promises';

/** Doubles one after another, as numpy's `fromfile` reads them. */
export async function writeNumbers(path: string, parts: Float64Array[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts)
      await file.writeFile(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  } finally {
    await file.close();
  }
}
