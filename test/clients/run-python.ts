import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../bench/lib/python.ts';

/**
 * Runs a script of this folder with exactly these packages from PyPI; gives the JSON that it writes.
 * @param input read by the script as JSON from its standard input.
 */
export async function runPython<T>(script: string, requirements: string[], input: unknown): Promise<T> {
  const python = await pythonWith(requirements);
  const path = fileURLToPath(new URL(script, import.meta.url));
  return await new Promise((resolve, reject) => {
    const child = execFile(python, [path], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) return reject(new Error(`${script} failed: ${stderr.slice(-4_000)}`, { cause: error }));
      try {
        resolve(JSON.parse(stdout) as T);
      } catch (cause) {
        // A throw in here would be nobody's, and the test would wait for ever.
        reject(new Error(`${script} wrote no JSON: ${stdout.slice(0, 400)}`, { cause }));
      }
    });
    child.stdin?.end(JSON.stringify(input));
  });
}
