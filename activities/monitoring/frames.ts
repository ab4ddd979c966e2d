import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Part } from '../../contracts/refs.ts';
import { trainOnlyColumn } from '../../data/datasets.ts';
import { forecastColumns, historyReach } from '../../inference/history.ts';
import { type Answerer, type Answers, answersOf } from './answers.ts';
import type { Rows } from './choice.ts';
import { readRows } from './read-rows.ts';
import { idsAfter } from './row-ids.ts';

/** Reads the champion's view of a dataset: rows, and what a forecast of them looks up. */
export interface RowReader {
  rows(spec: PipelineSpec, columns: string[], wanted: Rows): Promise<Frame>;
  times(
    spec: PipelineSpec,
    parts: readonly Part[],
    column: string,
  ): Promise<{ rowIds: Float64Array; times: Float64Array }>;
}

/**
 * Each call reads the parts anew. `times` gives every row's moment in epoch seconds, as the source's clock has it, and
 * throws PIPELINE_INVALID for a column of categories.
 */
export function createRowReader(artifacts: ArtifactStore): RowReader {
  return {
    rows: (spec, columns, { parts, rowIds }) => readRows(artifacts, parts, spec, columns, rowIds),
    async times(spec, parts, column) {
      const { rowIds, columns } = await readRows(artifacts, parts, spec, [column], idsAfter(parts, null));
      const series = columns[column];
      if (series.kind !== 'number') throw noMoments(spec, column);
      return { rowIds, times: series.values };
    },
  };
}

const noMoments = ({ name, columns }: PipelineSpec, column: string): RelevoError => {
  const moments = Object.keys(columns).filter((one) => columns[one].kind === 'timestamp');
  return new RelevoError('PIPELINE_INVALID', `The column "${column}" of "${name}" holds no moments`, {
    field: column,
    value: columns[column]?.kind,
    expected: moments.length === 0 ? 'a column of timestamps' : `one of ${moments.join(', ')}`,
  });
};

/** What a model's answers and their errors need of each row. */
export function modelColumns({ inputs, target, forecast }: PipelineSpec): string[] {
  return [...new Set([...inputs, target, ...(forecast ? forecastColumns(forecast) : [])])];
}

/** Reads rows and asks the champion about them; rows with a mended target are answered and not judged. */
export async function askAbout(
  reader: RowReader,
  champion: Answerer,
  spec: PipelineSpec,
  wanted: Rows,
  isHonest?: (rowId: number) => boolean,
): Promise<{ frame: Frame; answers: Answers }> {
  const frame = await reader.rows(spec, modelColumns(champion.spec), wanted);
  const trainOnly = frame.columns[trainOnlyColumn];
  const isMended = (row: number) => trainOnly?.kind === 'number' && trainOnly.values[row] === 1;
  const honest = (row: number) => !isMended(row) && (isHonest?.(frame.rowIds[row]) ?? true);
  const past = await pastOf(reader, champion.spec, spec, wanted);
  return { frame, answers: await answersOf(champion, frame, { honest, past }) };
}

/** The rows that the histories of some rows reach back to, those rows included; undefined without a forecast. */
async function pastOf(
  reader: RowReader,
  { forecast }: PipelineSpec,
  spec: PipelineSpec,
  { parts, rowIds }: Rows,
): Promise<Frame | undefined> {
  if (!forecast || rowIds.length === 0) return undefined;
  const wanted = new Set(rowIds);
  const all = await reader.times(spec, parts, forecast.time);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [row, id] of all.rowIds.entries()) {
    if (!wanted.has(id) || Number.isNaN(all.times[row])) continue;
    from = Math.min(from, all.times[row]);
    to = Math.max(to, all.times[row]);
  }
  const reach = historyReach(forecast) + (forecast.horizons.at(-1) ?? 0);
  from -= reach * forecast.everySeconds;
  const needed = all.rowIds.filter(
    (id, row) => wanted.has(id) || (all.times[row] >= from && all.times[row] <= to),
  );
  return await reader.rows(spec, modelColumns({ ...spec, forecast }), { parts, rowIds: needed });
}
