import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RelevoError } from '../../contracts/errors.ts';
import { type Account, canEnter } from './postgres-account.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

const run = promisify(execFile);

/** Where root keeps what PostgreSQL's account cannot reach under a private home folder. */
export const systemFolder = '/var/lib/relevo';
const superuser = 'relevo';

const passwordFile = (dataDir: string): string => `${dataDir}.password`;
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A folder for data that cannot be under the home; what an earlier home of the same path left is only told of. */
async function newPlaceFor(dataDir: string, log: (line: string) => void): Promise<string> {
  const ofPath = `data-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}-`;
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  for (const name of await readdir(systemFolder)) {
    if (name.startsWith(ofPath))
      log(
        `${join(systemFolder, name)} holds the database of a home that is gone: remove it if nobody needs it`,
      );
  }
  const target = join(systemFolder, `${ofPath}${randomBytes(4).toString('hex')}`);
  log(`PostgreSQL's account cannot enter ${dirname(dataDir)}: its data are kept in ${target}`);
  return target;
}

/**
 * The folder that the data are really in. Under a folder that the account cannot enter (root's home, say)
 * `dataDir` is a link to a folder of its own below `/var/lib/relevo`; removing the link starts anew.
 */
export async function locateData(
  dataDir: string,
  account: Account | undefined,
  log: (line: string) => void,
): Promise<string> {
  const entry = await lstat(dataDir).catch(() => undefined);
  if (entry?.isSymbolicLink() && !(await exists(dataDir))) {
    throw new RelevoError('DATABASE_UNAVAILABLE', 'The folder of the database is gone', {
      where: dataDir,
      expected: 'the folder that this link points to',
      remedy: `Bring that folder back, or remove the link and ${passwordFile(dataDir)} to start with an empty registry.`,
    });
  }
  if (entry !== undefined) return realpath(dataDir);
  await mkdir(dirname(dataDir), { recursive: true });
  if (account === undefined || (await canEnter(dirname(dataDir), account))) return dataDir;
  return newPlaceFor(dataDir, log);
}

/** The password, made at the first start; read by this process's user only. */
async function password(dataDir: string, isNew: boolean): Promise<string> {
  const file = passwordFile(dataDir);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined && known.trim() !== '') return known.trim();
  if (!isNew) {
    throw new RelevoError('DATABASE_UNAVAILABLE', "The file with the database's password is gone", {
      where: file,
      remedy: `Bring the file back, or remove ${dataDir} to start with an empty registry.`,
    });
  }
  const secret = randomBytes(24).toString('base64url');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/** The address of a cluster that was made before. @throws RelevoError DATABASE_UNAVAILABLE where there is none */
export const urlOfCluster = async (dataDir: string, port: number): Promise<string> =>
  clusterUrl(await password(dataDir, false), port);

/** Address of the embedded server, on loopback alone; it holds the password. */
export const clusterUrl = (secret: string, port: number): string =>
  `postgresql://${superuser}:${secret}@127.0.0.1:${port}/postgres`;

/** Makes the cluster beside its place and moves it there whole, so that a killed start leaves none by halves. */
async function createCluster(
  target: string,
  programs: PostgresPrograms,
  account: Account | undefined,
  secret: string,
): Promise<void> {
  const half = `${target}.new`;
  const scratch = await mkdtemp(join(tmpdir(), 'relevo-postgres-'));
  const secretFile = join(scratch, 'password');
  try {
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { mode: 0o700 });
    await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
    if (account !== undefined) {
      for (const path of [half, scratch, secretFile]) await chown(path, account.uid, account.gid);
    }
    const options = [
      `--pgdata=${half}`,
      `--username=${superuser}`,
      `--pwfile=${secretFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ];
    await run(programs.initdb, options, { ...account, cwd: '/', env: serverEnvironment });
    await chmod(half, 0o700);
    await rename(half, target);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new RelevoError(
      'DATABASE_UNAVAILABLE',
      `The database's files could not be made: ${reason}`,
      { where: target },
      { cause },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the server's programs see of the environment: no secret of this process is in it. */
export const serverEnvironment: Record<string, string> = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Makes the cluster where there is none yet. `target` is what `locateData` gave. */
export async function ensureCluster(
  dataDir: string,
  target: string,
  programs: PostgresPrograms,
  account: Account | undefined,
): Promise<{ password: string }> {
  const isNew = !(await exists(join(target, 'PG_VERSION')));
  const secret = await password(dataDir, isNew);
  if (isNew) await createCluster(target, programs, account, secret);
  if (target !== dataDir && !(await exists(dataDir))) await symlink(target, dataDir);
  return { password: secret };
}
