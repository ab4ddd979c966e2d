import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RelevoError } from '../../contracts/errors.ts';

const run = promisify(execFile);
const timeoutMs = 30_000;

/** Marks the answer among whatever a library prints. */
const mark = 'relevo-probe:';

/**
 * Runs a few lines of a module in a process of its own and gives what they return: a native library that
 * crashes takes that process down, not the doctor. `modules` are files of this clone, imported by name.
 * @throws RelevoError NATIVE_LIBRARY_MISSING with the reason, and the remedy where the module knows one.
 */
export async function probe(code: string, modules: Record<string, string> = {}): Promise<string> {
  const imports = Object.entries(modules).map(
    ([name, path]) =>
      `const ${name} = await import(${JSON.stringify(new URL(`../../${path}`, import.meta.url).href)});`,
  );
  const script = `
    const tell = (answer) => process.stdout.write('\\n${mark}' + JSON.stringify(answer) + '\\n');
    try {
      ${imports.join('\n')}
      tell({ found: String(await (async () => { ${code} })()) });
    } catch (error) {
      tell({ failed: String(error?.message ?? error), remedy: error?.details?.remedy });
    }
    process.exit(0);`;
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];
  const cwd = new URL('../../', import.meta.url);
  const answer = await run(process.execPath, args, { timeout: timeoutMs, cwd }).then(
    ({ stdout }) => readAnswer(stdout),
    (error: { signal?: string; code?: unknown }) => ({
      failed: `it ended its process (${error.signal ?? error.code})`,
    }),
  );
  if ('found' in answer) return answer.found;
  const { failed, remedy } = answer as { failed: string; remedy?: string };
  throw new RelevoError('NATIVE_LIBRARY_MISSING', failed.split('\n')[0], {
    remedy: remedy ?? 'Run "npm install" again in this clone.',
  });
}

type Answer = { found: string } | { failed: string; remedy?: string };

function readAnswer(stdout: string): Answer {
  const line = stdout.split('\n').findLast((text) => text.startsWith(mark));
  return line === undefined ? { failed: 'it said nothing' } : (JSON.parse(line.slice(mark.length)) as Answer);
}
