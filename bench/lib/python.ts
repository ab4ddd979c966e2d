import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../../contracts/env.ts';

const run = promisify(execFile);

/**
 * As it was when the bench began: Relevo tells libgomp in its own process how soon threads that wait fall asleep, and a
 * peer that inherited that would wait longer for its own.
 */
const environmentAtStart = { ...process.env };

/** Runs a peer in the environment in which the bench began; gives what it prints. */
export async function runPython(python: string, args: string[]): Promise<string> {
  const { stdout } = await run(python, args, { env: environmentAtStart, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/**
 * A Python interpreter with exactly these packages, for the peers that a bench runs beside Relevo.
 * Makes a virtual environment under RELEVO_CACHE at first use (minutes) and finds it again by the
 * hash of the list. `requirements` are pinned: `['xgboost==3.2.0', 'pandas==3.0.0']`.
 */
export async function pythonWith(requirements: string[]): Promise<string> {
  const list = [...requirements].sort();
  const unpinned = list.filter((requirement) => !requirement.includes('=='));
  if (unpinned.length > 0) throw new Error(`pin the version of ${unpinned.join(', ')}`);
  const digest = createHash('sha256').update(list.join('\n')).digest('hex').slice(0, 16);
  const folder = join(environment().RELEVO_CACHE, 'bench-venv', digest);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'requirements.txt');
  if (existsSync(complete)) return python;

  process.stderr.write(`making a Python environment with ${list.join(', ')} …\n`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...list], {
    maxBuffer: 64 * 1024 * 1024,
  });
  // The list is written last: an environment that was interrupted is made anew.
  await writeFile(`${complete}.tmp`, list.join('\n'));
  await rename(`${complete}.tmp`, complete);
  return python;
}
