import { driftPolicySchema } from '../../contracts/drift.ts';
import { type CheckResult, type ColumnPair, checkColumns } from '../../data/drift/check/index.ts';
import { type Change, makeColumns, type Shape, withChange } from './columns.ts';

export const policy = driftPolicySchema.parse({});

/** Twenty columns without drift. */
export const calm: { name: string; shape: Shape }[] = [
  { name: 'independent rows', shape: { reference: 1_000, current: 500, numbers: 15, categories: 5 } },
  {
    name: 'rows like their neighbours (correlation 0.9)',
    shape: { reference: 10_000, current: 4_000, numbers: 20, categories: 0, correlation: 0.9 },
  },
];

const many: Shape = { reference: 10_000, current: 2_000, numbers: 15, categories: 5 };
/** One of twenty columns has drifted. */
export const drifted: { change: Change; shape: Shape }[] = [
  { change: { name: 'a mean moved by 0.3 deviations', number: (value) => value + 0.3 }, shape: many },
  { change: { name: 'a spread 1.5 times as wide', number: (value) => 1.5 * value }, shape: many },
  { change: { name: 'shares at a total variation of 0.15', moved: 0.15 }, shape: many },
  {
    change: {
      name: 'a mean moved by 0.8 deviations in the newest half of the rows',
      number: (value, place) => (place < 0.5 ? value : value + 0.8),
    },
    shape: many,
  },
  {
    change: { name: 'a mean moved by one deviation, correlation 0.9', number: (value) => value + 1 },
    shape: { reference: 10_000, current: 4_000, numbers: 20, categories: 0, correlation: 0.9 },
  },
];

export const comparison = (shape: Shape, seed: number, change?: Change): ColumnPair[] => {
  const columns = makeColumns(shape, seed);
  return change ? withChange(columns, change, seed) : columns;
};

/** A pipeline's first check of these columns, or a later one with the memory of those before. */
export async function checkOf(
  columns: ColumnPair[],
  rows: number,
  memory: Pick<CheckResult, 'history'> & { online?: unknown } = { history: {} },
): Promise<CheckResult> {
  const rowIds = Float64Array.from({ length: rows }, (_, row) => row);
  return await checkColumns({ columns, policy, rowIds, history: memory.history, online: memory.online });
}
