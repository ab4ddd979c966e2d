import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const rotateAboveBytes = 10 * 1024 * 1024;
const keptRotations = 3;

/** Where the parts of a home write their logs; PostgreSQL's is `postgres.log` in the home itself. */
export const logDir = (home: string): string => join(home, 'logs');

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Puts a log that grew large aside: it becomes `.1`, an older `.1` becomes `.2`, and so on. */
export function rotateLog(file: string, aboveBytes = rotateAboveBytes): void {
  if (sizeOf(file) <= aboveBytes) return;
  for (let i = keptRotations - 1; i >= 1; i--) {
    if (sizeOf(`${file}.${i}`) > 0) renameSync(`${file}.${i}`, `${file}.${i + 1}`);
  }
  renameSync(file, `${file}.1`);
}

/** Where a process writes its log, with room made for it. */
export function prepareLog(home: string, name: string, aboveBytes?: number): string {
  const dir = logDir(home);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${name}.log`);
  rotateLog(file, aboveBytes);
  return file;
}

/** The last lines of a log, read from its end. */
export function tailOf(file: string, lines: number, maxBytes = 16 * 1024): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const size = fstatSync(descriptor).size;
    const length = Math.min(size, maxBytes);
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer, 0, length, size - length);
    const text = buffer.toString('utf8').split('\n');
    if (length < size) text.shift();
    return text.filter((line) => line.trim() !== '').slice(-lines);
  } finally {
    closeSync(descriptor);
  }
}
