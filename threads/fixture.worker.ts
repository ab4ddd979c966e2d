import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import pc from 'picocolors';
import { RelevoError } from '../contracts/errors.ts';

/** Entry of a pool thread for the tests: what it can see from there, or an error of this line. */
export default async function run(task: 'look' | 'fail') {
  if (task === 'fail') throw new RelevoError('INTERNAL', 'on purpose');
  const source = new URL(import.meta.url);
  return {
    source: basename(source.pathname),
    isThere: (await readFile(source, 'utf8')).includes('what it can see'),
    package: typeof pc.bold,
  };
}
