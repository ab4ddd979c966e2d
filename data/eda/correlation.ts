import type { EdaSummary, SquareTable } from '../../contracts/eda.ts';
import { rowIdColumn } from '../datasets.ts';
import { quoteName } from '../duckdb.ts';
import { type Looked, numberOrNull, oneRow, rounded } from './dataset.ts';

type Cells = (number | null)[][];

/** Pearson and Spearman of numbers, and one measure of association between any two columns. */
export async function correlate(
  looked: Looked,
  columns: EdaSummary['columns'],
): Promise<EdaSummary['correlation']> {
  const { numbers, categories } = looked;
  const pearson = await correlateColumns(looked, 'dataset', numbers);
  const spearman = await correlateRanks(looked, columns);
  return {
    pearson: { names: numbers, values: pearson },
    spearman: { names: numbers, values: spearman },
    association: await associate(looked, [...numbers, ...categories], pearson),
  };
}

async function correlateColumns({ db }: Looked, table: string, names: string[]): Promise<Cells> {
  const values = square(names.length);
  for (let i = 0; i < names.length; i++) {
    const cells = names
      .slice(0, i + 1)
      .map((name, j) => `corr(${quoteName(names[i])}, ${quoteName(name)}) AS c${j}`);
    const row = await oneRow(db, `SELECT ${cells.join(', ')} FROM ${table}`);
    for (let j = 0; j <= i; j++) set(values, i, j, numberOrNull(row[`c${j}`]));
  }
  return values;
}

const rankSql = (name: string): string =>
  `CASE WHEN ${quoteName(name)} IS NOT NULL THEN rank() OVER (ORDER BY ${quoteName(name)}) + (count(*) OVER (PARTITION BY ${quoteName(name)}) - 1) / 2.0 END AS ${quoteName(name)}`;

/** Rows that pairs of columns with gaps are ranked over: every pair needs an order of its own. */
const mostPairedRows = 10_000;

/** Average ranks over the sample; where a column has gaps, over rows of it that both columns have. */
async function correlateRanks(looked: Looked, columns: EdaSummary['columns']): Promise<Cells> {
  const { db, numbers } = looked;
  const hasGaps = new Set(columns.filter(({ missing }) => missing > 0).map(({ name }) => name));
  const whole = numbers.filter((name) => !hasGaps.has(name));
  const values = square(numbers.length);
  if (whole.length > 0) {
    await db.run(`CREATE TABLE ranks AS SELECT ${whole.map(rankSql).join(', ')} FROM sample`);
    const table = await correlateColumns(looked, 'ranks', whole);
    for (const [i, first] of whole.entries())
      for (const [j, second] of whole.entries())
        values[numbers.indexOf(first)][numbers.indexOf(second)] = table[i][j];
  }
  await db.run(
    `CREATE TABLE paired AS SELECT * FROM sample ORDER BY hash(${rowIdColumn}), ${rowIdColumn} LIMIT ${mostPairedRows}`,
  );
  for (const [i, first] of numbers.entries())
    for (const [j, second] of numbers.slice(0, i + 1).entries()) {
      if (!hasGaps.has(first) && !hasGaps.has(second)) continue;
      const both = [...new Set([first, second])];
      const present = both.map((name) => `${quoteName(name)} IS NOT NULL`).join(' AND ');
      const { value } = await oneRow(
        db,
        `SELECT corr(${quoteName(first)}, ${quoteName(second)}) AS value
         FROM (SELECT ${both.map(rankSql).join(', ')} FROM paired WHERE ${present})`,
      );
      set(values, i, j, numberOrNull(value));
    }
  return values;
}

async function associate(looked: Looked, names: string[], pearson: Cells): Promise<SquareTable> {
  const { numbers, categories } = looked;
  const values = square(names.length);
  for (const [i, row] of pearson.entries())
    for (const [j, value] of row.entries()) set(values, i, j, value === null ? null : Math.abs(value));
  for (const [k, category] of categories.entries()) {
    const at = numbers.length + k;
    const ratios = await correlationRatios(looked, category);
    for (const [i, ratio] of ratios.entries()) set(values, at, i, ratio);
    for (let other = 0; other <= k; other++)
      set(values, at, numbers.length + other, await cramersV(looked, category, categories[other]));
  }
  return { names, values };
}

/** η of each number: the root of the share of its variation that lies between the category's values. */
async function correlationRatios({ db, numbers }: Looked, category: string): Promise<(number | null)[]> {
  if (numbers.length === 0) return [];
  const cells = numbers.flatMap((name, i) => [
    `count(${quoteName(name)}) AS n${i}`,
    `avg(${quoteName(name)}) AS m${i}`,
    `var_pop(${quoteName(name)}) AS v${i}`,
  ]);
  const groups = await db.rows(
    `SELECT ${cells.join(', ')} FROM dataset WHERE ${quoteName(category)} IS NOT NULL GROUP BY ${quoteName(category)}`,
  );
  return numbers.map((_, i) => {
    const parts = groups.map((group) => ({
      count: Number(group[`n${i}`]),
      mean: Number(group[`m${i}`]),
      within: Number(group[`n${i}`]) * Number(group[`v${i}`]),
    }));
    const rows = sumOf(parts, ({ count }) => count);
    const mean = sumOf(parts, (part) => part.count * part.mean) / rows;
    const between = sumOf(parts, (part) => part.count * (part.mean - mean) ** 2);
    const total = between + sumOf(parts, ({ within }) => within);
    return total > 0 ? Math.sqrt(between / total) : null;
  });
}

/** √(χ²/(n·(k − 1))), k the smaller number of values, without correction for bias. */
async function cramersV({ db }: Looked, first: string, second: string): Promise<number | null> {
  const counted = await db.rows(
    `SELECT ${quoteName(first)} AS a, ${quoteName(second)} AS b, count(*) AS n FROM dataset
     WHERE ${quoteName(first)} IS NOT NULL AND ${quoteName(second)} IS NOT NULL GROUP BY 1, 2`,
  );
  const cells = counted.map(({ a, b, n }) => ({ a: String(a), b: String(b), count: Number(n) }));
  const rowSums = sumsBy(cells, ({ a }) => a);
  const columnSums = sumsBy(cells, ({ b }) => b);
  const least = Math.min(rowSums.size, columnSums.size);
  if (least < 2) return null;
  const all = sumOf(cells, ({ count }) => count);
  // χ² = n·(Σ o²/(r·c) − 1); cells without rows add nothing.
  const sum = sumOf(
    cells,
    ({ a, b, count }) => count ** 2 / ((rowSums.get(a) ?? 0) * (columnSums.get(b) ?? 0)),
  );
  return Math.min(1, Math.sqrt(Math.max(0, all * (sum - 1)) / (all * (least - 1))));
}

function sumsBy<T extends { count: number }>(cells: T[], keyOf: (cell: T) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const cell of cells) sums.set(keyOf(cell), (sums.get(keyOf(cell)) ?? 0) + cell.count);
  return sums;
}

const sumOf = <T>(items: T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

const square = (size: number): Cells =>
  Array.from({ length: size }, () => new Array<number | null>(size).fill(null));

function set(values: Cells, i: number, j: number, value: number | null): void {
  const found = value === null || Number.isNaN(value) ? null : rounded(value);
  values[i][j] = found;
  values[j][i] = found;
}
