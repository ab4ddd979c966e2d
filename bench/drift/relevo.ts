/** Child of `bench:drift`: one check, in a process whose peak of memory is its alone. */
import { open } from 'node:fs/promises';
import type { DriftPolicy } from '../../contracts/drift.ts';
import { checkColumns, prepareReference } from '../../data/drift/check/index.ts';
import { closePool } from '../../threads/pool.ts';
import { readColumn, type Shape } from './columns.ts';

const [path, taskText] = process.argv.slice(2);
const { shape, policy }: { shape: Shape; policy: DriftPolicy } = JSON.parse(taskText);
const file = await open(path);
/** Every lane reads into its own array of each side. */
const kept = new Map<string, Float64Array>();
const readNumbers = async (into: string, from: number, count: number): Promise<Float64Array> => {
  const numbers = kept.get(into) ?? new Float64Array(count);
  kept.set(into, numbers);
  await file.read(new Uint8Array(numbers.buffer), { position: from * Float64Array.BYTES_PER_ELEMENT });
  return numbers;
};
// The thread has its code loaded, as the peer has imported its own.
await prepareReference(Float64Array.of(0));

const [started, used] = [performance.now(), process.cpuUsage()];
const result = await checkColumns({
  columns: Array.from(
    { length: shape.numbers + shape.categories },
    (_, place) => (lane: number) =>
      readColumn(shape, place, (side, from, count) => readNumbers(`${side} ${lane}`, from, count)),
  ),
  policy,
  rowIds: new Float64Array(shape.current).map((_, row) => row),
  history: {},
});
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
await closePool();
await file.close();
process.stdout.write(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    drifted: result.columns.filter(({ verdict }) => verdict === 'drift').length,
  }),
);
