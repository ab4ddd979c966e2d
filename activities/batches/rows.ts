import { foldCategory, kindOf, mayLack, rangeOf, storedValues } from '../../contracts/cells.ts';
import type { Column } from '../../contracts/columns.ts';
import { showValue } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { servingPolicyOf } from '../../contracts/serving.ts';
import { type DuckDb, numberLiteral, quoteName, quoteText, type SqlValue } from '../../data/duckdb.ts';

/** Column of a chunk that holds the rows' keys. */
export const keyColumn = '_key';

/** A chunk's rows as a model reads them. A row with a fault has cells that mean nothing. */
export interface ChunkRows {
  rows: number;
  columns: Record<string, Float64Array | string[]>;
  keys: (string | null)[] | undefined;
  /** What the rows of a forecast are about, as they say it. */
  times: (string | null)[] | undefined;
  /** What is wrong with a row, by its place. */
  faults: Map<number, string>;
}

/** Takes the cells of one column from their texts. */
interface CellTaker {
  select: string[];
  take(values: SqlValue[][], at: number): void;
}

type Blame = (row: number, name: string, value: SqlValue) => void;

/** Reads a chunk that `stageRows` wrote, by the same rules as a request's rows but that numbers are texts. */
export async function readChunk(db: DuckDb, path: string, spec: PipelineSpec): Promise<ChunkRows> {
  const from = `read_parquet(${quoteText(path)})`;
  const described = await db.rows(`DESCRIBE SELECT * FROM ${from}`);
  const present = new Set(described.map(({ column_name: name }) => String(name)));
  const rows = await db.count(`SELECT count(*) FROM ${from}`);
  const faults = new Map<number, string>();
  const blame: Blame = (row, name, value) => {
    const what = value === null ? 'missing' : showValue(value);
    if (!faults.has(row)) faults.set(row, `"${name}" is ${what}; expected ${kindOf(spec.columns[name])}`);
  };
  const columns: ChunkRows['columns'] = {};
  const takers = spec.inputs.map((name) => {
    const cell = present.has(name) ? quoteName(name) : 'NULL::VARCHAR';
    const column = spec.columns[name];
    const lack = mayLack(column, servingPolicyOf(spec));
    if (column.kind === 'number') {
      const values = new Float64Array(rows);
      columns[name] = values;
      return numberTaker(name, column, cell, values, { lack, blame });
    }
    const texts: string[] = new Array(rows).fill('');
    columns[name] = texts;
    return textTaker(name, spec, cell, texts, { lack, blame });
  });
  const asGiven = (name: string): (string | null)[] => {
    const texts: (string | null)[] = [];
    takers.push({ select: [quoteName(name)], take: ([cells]) => texts.push(...(cells as typeof texts)) });
    return texts;
  };
  const keys = present.has(keyColumn) ? asGiven(keyColumn) : undefined;
  const times = spec.forecast && asGiven(spec.forecast.time);

  let at = 0;
  for await (const chunk of db.columns(
    `SELECT ${takers.flatMap(({ select }) => select).join(', ')} FROM ${from}`,
  )) {
    let first = 0;
    for (const { select, take } of takers) {
      take(chunk.slice(first, first + select.length), at);
      first += select.length;
    }
    at += chunk[0].length;
  }
  return { rows, columns, keys, times, faults };
}

/** A number, and what stands in its place where it is none or out of range. */
function numberTaker(
  name: string,
  column: Column,
  cell: string,
  values: Float64Array,
  { lack, blame }: { lack: boolean; blame: Blame },
): CellTaker {
  const { min, max } = rangeOf(column);
  const number = `TRY_CAST(${cell} AS DOUBLE)`;
  const isMissing = `(${cell} IS NULL OR trim(${cell}) = '' OR coalesce(isnan(${number}), false))`;
  const isGood = `coalesce(${number} BETWEEN ${numberLiteral(min)} AND ${numberLiteral(max)}, false)`;
  return {
    select: [
      `CASE WHEN ${isMissing} THEN NULL ELSE ${number} END`,
      `CASE WHEN NOT ${isMissing} AND NOT ${isGood} THEN left(${cell}, 80) END`,
    ],
    take([numbers, wrong], at) {
      for (let row = 0; row < numbers.length; row++) {
        const number = numbers[row];
        values[at + row] = number === null ? Number.NaN : Number(number);
        if (wrong[row] !== null) blame(at + row, name, wrong[row]);
        else if (number === null && !lack) blame(at + row, name, null);
      }
    },
  };
}

function textTaker(
  name: string,
  spec: PipelineSpec,
  cell: string,
  texts: string[],
  { lack, blame }: { lack: boolean; blame: Blame },
): CellTaker {
  const column = spec.columns[name];
  const stored = column.kind === 'category' ? storedValues(column.values) : undefined;
  const unseen = servingPolicyOf(spec).unseen === 'refuse' ? undefined : '';
  return {
    select: [cell],
    take([cells], at) {
      for (let row = 0; row < cells.length; row++) {
        const given = cells[row] as string | null;
        if (given === null || given === '') {
          if (!lack) blame(at + row, name, null);
          continue;
        }
        const text =
          stored === undefined ? given : (stored.get(given) ?? stored.get(foldCategory(given)) ?? unseen);
        if (text === undefined) blame(at + row, name, given);
        else texts[at + row] = text;
      }
    },
  };
}
