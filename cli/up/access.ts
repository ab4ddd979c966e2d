import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { everyPipeline } from '../../contracts/security.ts';
import type { Registry } from '../../registry/types.ts';
import { ensureHomeKey } from '../client/home-key.ts';

const firstAdminName = 'admin';

/** What whoever starts a home first has to be told once. */
export interface FirstAdmin {
  name: string;
  password: string;
}

/**
 * Sees to it that somebody can get in: the home's own key for its command line, and, where there is no user yet, an
 * administrator with a generated password, which is returned and kept nowhere.
 */
export async function prepareAccess(
  home: string,
  { access }: Pick<Registry, 'access'>,
): Promise<FirstAdmin | undefined> {
  await ensureHomeKey(home, access.keys);
  if ((await access.users.list()).length > 0) return undefined;
  const { hashPassword, newPassword } = await import('../../registry/access/passwords.ts');
  const password = newPassword();
  const grants = [{ role: 'admin' as const, pipeline: everyPipeline }];
  const isNew = await access.users.create({
    name: firstAdminName,
    passwordHash: await hashPassword(password),
    grants,
  });
  return isNew ? { name: firstAdminName, password } : undefined;
}

/** Keeps a first password in a file that only this user reads, for a start that nobody watches. */
export async function writeFirstPassword(home: string, { name, password }: FirstAdmin): Promise<string> {
  const file = join(home, `${name}.password`);
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return file;
}
