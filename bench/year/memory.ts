import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const reporter = new URL('heap.js', import.meta.url).href;

/** Environment of processes whose memory can be asked for. */
export const watchedEnvironment = (folder: string): Record<string, string> => ({
  RELEVO_BENCH_HEAP: folder,
  NODE_OPTIONS: `--import ${reporter}`,
});

export interface Held {
  /** What JavaScript holds after a collection, its heap and the buffers outside of it, without `codeMiB`, MiB. */
  heldMiB: number;
  /**
   * Bytecode and machine code on that heap, MiB. V8 compiles a function anew once it has run for long enough, and one
   * that runs a few times a day has after months: code grows ever slower, up to what all of a program's functions make.
   */
  codeMiB: number;
  residentMiB: number;
  /** Open files and sockets. */
  descriptors: number;
  threads: number;
}

const mebibytes = (bytes: number): number => bytes / 2 ** 20;

/** Asks a process what it holds; undefined where it does not answer within five seconds. */
export async function heldBy(folder: string, pid: number): Promise<Held | undefined> {
  const file = join(folder, `${pid}.json`);
  await rm(file, { force: true });
  process.kill(pid, 'SIGWINCH');
  for (let waitedMs = 0; waitedMs < 5_000; waitedMs += 50) {
    await sleep(50);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { rss, heapUsed, external, code } = JSON.parse(text) as Record<string, number>;
    const [descriptors, threads] = await Promise.all(
      ['fd', 'task'].map(async (of) => (await readdir(`/proc/${pid}/${of}`)).length),
    );
    return {
      heldMiB: mebibytes(heapUsed - code + external),
      codeMiB: mebibytes(code),
      residentMiB: mebibytes(rss),
      descriptors,
      threads,
    };
  }
  return undefined;
}
