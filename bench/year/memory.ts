import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../lib/report.ts';

const reporter = new URL('heap.js', import.meta.url).href;

/** Environment of processes whose memory can be asked for. */
export const watchedEnvironment = (folder: string): Record<string, string> => ({
  RELEVO_BENCH_HEAP: folder,
  NODE_OPTIONS: `--import ${reporter}`,
});

export interface Memory {
  rssMiB: number;
  /** What JavaScript holds after a collection: its heap and the buffers outside of it. */
  heldMiB: number;
}

const mebibytes = (bytes: number): number => bytes / 2 ** 20;

/** Asks a process what it holds; undefined where it does not answer within five seconds. */
export async function memoryOf(folder: string, pid: number): Promise<Memory | undefined> {
  const file = join(folder, `${pid}.json`);
  await rm(file, { force: true });
  process.kill(pid, 'SIGWINCH');
  for (let waitedMs = 0; waitedMs < 5_000; waitedMs += 50) {
    await sleep(50);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { rss, heapUsed, external } = JSON.parse(text) as Record<string, number>;
    return { rssMiB: mebibytes(rss), heldMiB: mebibytes(heapUsed + external) };
  }
  return undefined;
}

export interface Growth {
  /** Medians of the second and of the last fifth of the samples; the first fifth is warm-up. */
  early: number;
  late: number;
  /** Theil and Sen's slope after the warm-up, per 100 days. */
  per100Days: number;
}

/** How a figure went over the days. @param samples by rising day, five at least. */
export function growthOf(samples: readonly { day: number; value: number }[]): Growth {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const warm = samples.slice(fifth);
  const valuesOf = (some: typeof warm): number => median(some.map(({ value }) => value));
  const slopes = warm.flatMap((a, i) =>
    warm.slice(i + 1).map((b) => (b.value - a.value) / Math.max(b.day - a.day, 1e-9)),
  );
  return {
    early: valuesOf(warm.slice(0, fifth)),
    late: valuesOf(warm.slice(-fifth)),
    per100Days: slopes.length === 0 ? 0 : 100 * median(slopes),
  };
}
