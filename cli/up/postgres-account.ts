import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { RelevoError } from '../../contracts/errors.ts';

const run = promisify(execFile);

export interface Account {
  uid: number;
  gid: number;
}

const accountName = 'postgres';

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function create(name: string): Promise<Account> {
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  try {
    await run('useradd', [...options, name]);
  } catch (cause) {
    const account = await lookUp(name);
    if (account !== undefined) return account;
    throw new RelevoError(
      'DATABASE_UNAVAILABLE',
      `PostgreSQL does not run as root, and the account "${name}" to run it under could not be made`,
      { remedy: 'Start Relevo as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.' },
      { cause },
    );
  }
  const account = await lookUp(name);
  if (account === undefined)
    throw new RelevoError('DATABASE_UNAVAILABLE', `the account "${name}" was made but is not found`);
  return account;
}

/**
 * The account that PostgreSQL runs under: undefined means this process's own. PostgreSQL refuses to be root, so
 * root uses the owner of existing data, or the account `postgres`, which is made where the system has none.
 */
export async function serverAccount(dataDir: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp(accountName)) ?? (await create(accountName));
}

/** Whether an account may enter a folder: asked of the system itself, so that ACLs and links count. */
export async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'test -x "$0"', folder], { ...account, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
