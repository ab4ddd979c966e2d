import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Environment } from '../../contracts/env.ts';
import { RelevoError } from '../../contracts/errors.ts';

/** AES-256 keys by id; the one that encrypts, and all that decrypt. */
export interface Keyring {
  current: { id: string; key: Buffer };
  find(id: string): Buffer | undefined;
}

/** Ids start with a letter: JSON would put those that look like numbers first, and with them the wrong key. */
const keysSchema = z
  .record(
    z.string().regex(/^[a-z][\w.-]{0,63}$/i),
    z.base64().refine((text) => Buffer.from(text, 'base64').length === 32),
  )
  .refine((keys) => Object.keys(keys).length > 0);

/**
 * The keys of the setting, which is JSON itself or names a file of it; undefined where it is not set.
 * @throws RelevoError ENVIRONMENT_INVALID, which never shows what was there.
 */
export async function readKeyring({
  RELEVO_PAYLOAD_KEYS: setting,
}: Pick<Environment, 'RELEVO_PAYLOAD_KEYS'>): Promise<Keyring | undefined> {
  if (setting === undefined) return undefined;
  const parsed = keysSchema.safeParse(parse(setting.startsWith('{') ? setting : await read(setting)));
  if (!parsed.success) throw invalid('holds no usable keys');
  const keys = new Map(Object.entries(parsed.data).map(([id, text]) => [id, Buffer.from(text, 'base64')]));
  const [[id, key]] = keys;
  return { current: { id, key }, find: (wanted) => keys.get(wanted) };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw invalid('is no JSON, and no file that can be read has this name');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('is no JSON');
  }
}

const invalid = (why: string): RelevoError =>
  new RelevoError('ENVIRONMENT_INVALID', `RELEVO_PAYLOAD_KEYS ${why}.`, {
    field: 'RELEVO_PAYLOAD_KEYS',
    expected: '{"id": "32 bytes in base64", …} with ids that start with a letter, or the path of such a file',
  });
