import { readFile } from 'node:fs/promises';
import { RelevoError } from '../contracts/errors.ts';

/**
 * Bytes of the PEM file that a setting names; whether they are PEM is for who uses them.
 * @throws RelevoError ENVIRONMENT_INVALID where the file cannot be read.
 */
export async function readPem(
  field: string,
  path: string,
  expected = 'the path of a PEM file',
): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new RelevoError(
      'ENVIRONMENT_INVALID',
      `${field} names a file that cannot be read.`,
      { field, value: path, expected },
      { cause },
    );
  }
}
