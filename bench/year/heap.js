/**
 * Loaded into each process that `bench:year` watches (`node --import`): on SIGWINCH, which Temporal's workers do not
 * end at, it collects garbage and writes what is left to `$RELEVO_BENCH_HEAP/<pid>.json`, so that what a process holds
 * is told from what it has not collected yet, and its objects from its compiled code. Plain JavaScript, since threads
 * load it before what reads TypeScript.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.RELEVO_BENCH_HEAP;

/** Native objects are freed by finalizers, which run after a collection and leave more to collect. */
async function collect() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  for (let time = 0; time < 3; time++) {
    gc();
    await breathe();
  }
}

/** @param {string} into */
async function report(into) {
  await collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { code_and_metadata_size: machineCode, bytecode_and_metadata_size: bytecode } =
    getHeapCodeStatistics();
  const file = join(into, `${process.pid}.json`);
  writeFileSync(`${file}.tmp`, JSON.stringify({ rss, heapUsed, external, code: machineCode + bytecode }));
  renameSync(`${file}.tmp`, file);
}

if (folder !== undefined && isMainThread) process.on('SIGWINCH', () => report(folder));
