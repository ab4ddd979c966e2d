import { cpus, totalmem } from 'node:os';

export const wantsJson = (): boolean => process.argv.includes('--json');

/** Value of `--name VALUE` or `--name=VALUE`; undefined where absent. */
export function option(name: string): string | undefined {
  const argv = process.argv.slice(2);
  const index = argv.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (index < 0) return undefined;
  const word = argv[index];
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : argv[index + 1];
}

/** What a figure was measured on, for the reader of a result. */
export const machine = () => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Prints a bench's result: JSON on standard output with `--json`, else through `show`. */
export function report<T>(result: T, show: (result: T) => string): void {
  process.stdout.write(wantsJson() ? `${JSON.stringify(result, null, 2)}\n` : `${show(result)}\n`);
}
