import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Part, Split } from '../../contracts/refs.ts';
import type { MonitorState } from '../../registry/types.ts';
import type { Judged } from './judged.ts';
import { idsAfter, lastId, thin, without } from './row-ids.ts';

/** Rows of one dataset version. */
export interface Rows {
  parts: readonly Part[];
  /** Rising. */
  rowIds: Float64Array;
}

/**
 * Rows that are later than all that the champion was made of, where its tables were read anew since and only their time
 * tells; `unknown` where not even that, so that no row counts as new to the champion.
 */
export type Later = Float64Array | 'unknown';

/** What a check compares with what. */
export interface Choice {
  current: Float64Array;
  /** For columns of the data. */
  reference: Rows;
  /** For what the champion says: rows that it has not learned from. */
  heldOut: Rows;
  /** Current rows that are new to the champion. */
  fresh: Float64Array;
  /** Rows that the streams have not seen, new to the champion. */
  streamed: Float64Array;
  /** Absent where row ids tell. */
  later?: Later;
  sampled: boolean;
}

export interface ChoiceInput {
  spec: Pick<PipelineSpec, 'drift' | 'seed'>;
  /** The dataset that is checked. */
  parts: readonly Part[];
  lineage: string;
  champion: { parts: readonly Part[]; lineage: string; split: Split; judged?: Judged };
  memory: MonitorState | undefined;
  later?: Later;
  /** Reads a time column of the whole dataset that is checked; epoch seconds, by rising row id. */
  times(column: string): Promise<Pick<Frame, 'rowIds'> & { times: Float64Array }>;
}

/** Fewest rows that can stand for what the champion does where it is well. */
const leastHeldOut = 50;
const hourSeconds = 3_600;
const weekSeconds = 7 * 24 * hourSeconds;

/** Chooses the rows of a check by the pipeline's drift policy. */
export async function chooseRows(input: ChoiceInput): Promise<Choice> {
  const { spec, champion } = input;
  const { maxRows } = spec.drift;
  const sameRows = input.lineage === champion.lineage;
  const isNew = newTo(input, sameRows);
  const current = await currentRows(input, sameRows);
  const reference = await referenceRows(input, sameRows, current);
  const heldOut = heldOutRows(input, sameRows, current, reference);
  const thinned = thin(current, maxRows, spec.seed);
  const newest = newRows(input, sameRows, 'streamedRowId');
  return {
    current: thinned,
    reference: { ...reference, rowIds: thin(reference.rowIds, maxRows, spec.seed) },
    heldOut: { ...heldOut, rowIds: thin(heldOut.rowIds, maxRows, spec.seed) },
    fresh: isNew(thinned),
    // A stream that skips rows is another stream; what is too much for one check waits for the next.
    streamed: isNew(newest).subarray(0, maxRows),
    later: input.later,
    sampled: current.length > maxRows || reference.rowIds.length > maxRows,
  };
}

/** Picks the rows that are new to the champion. */
function newTo({ champion, later }: ChoiceInput, sameRows: boolean): (ids: Float64Array) => Float64Array {
  const { train, validation, test } = champion.split;
  if (sameRows) return (ids) => without(ids, [...train, ...validation, ...test]);
  if (later === undefined) return (ids) => ids;
  const known = new Set(later === 'unknown' ? [] : later);
  return (ids) => ids.filter((id) => known.has(id));
}

/** Rows that earlier checks have not seen. */
function newRows(
  input: ChoiceInput,
  sameRows: boolean,
  mark: 'comparedRowId' | 'streamedRowId',
): Float64Array {
  const { parts, later, memory, lineage } = input;
  const isRemembered = memory?.lineage === lineage && memory[mark] !== null;
  if (later !== undefined && later !== 'unknown' && !isRemembered) return later;
  return idsAfter(parts, seenUntil(input, sameRows, mark));
}

/** Up to which row earlier checks have seen the data; what the champion was made of counts as seen. */
function seenUntil(
  { parts, champion, memory, lineage }: ChoiceInput,
  sameRows: boolean,
  mark: 'comparedRowId' | 'streamedRowId',
): number | null {
  const remembered = memory?.lineage === lineage ? memory[mark] : null;
  if (remembered !== null) return remembered;
  const ofChampion = sameRows ? lastId(champion.parts) : null;
  return ofChampion === null ? null : Math.min(ofChampion, lastId(parts) ?? ofChampion);
}

async function currentRows(input: ChoiceInput, sameRows: boolean): Promise<Float64Array> {
  const { current } = input.spec.drift;
  if (current.kind === 'new') return newRows(input, sameRows, 'comparedRowId');
  if (current.kind === 'rows') return idsAfter(input.parts, null).slice(-current.rows);
  const { rowIds, times } = await input.times(current.by);
  const newest = times.reduce(
    (last, time) => (Number.isNaN(time) ? last : Math.max(last, time)),
    Number.NEGATIVE_INFINITY,
  );
  return rowIds.filter((_, row) => times[row] > newest - current.hours * hourSeconds);
}

async function referenceRows(input: ChoiceInput, sameRows: boolean, current: Float64Array): Promise<Rows> {
  const { reference } = input.spec.drift;
  const { parts, champion } = input;
  if (reference.kind === 'training') {
    const learned = Float64Array.from(champion.split.train).sort();
    return { parts: champion.parts, rowIds: sameRows ? without(learned, current) : learned };
  }
  if (current.length === 0) return { parts, rowIds: new Float64Array(0) };
  if (reference.kind === 'window') {
    const before = idsAfter(parts, null).filter((id) => id < current[0]);
    return { parts, rowIds: before.slice(-reference.rows) };
  }
  const { rowIds, times } = await input.times(reference.by);
  return { parts, rowIds: sameHours(rowIds, times, current, reference.weeks) };
}

/** The rows whose time lies so many whole weeks before the span of the current ones. */
function sameHours(
  rowIds: Float64Array,
  times: Float64Array,
  current: Float64Array,
  weeks: number,
): Float64Array {
  const isCurrent = new Set(current);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [row, id] of rowIds.entries()) {
    if (!isCurrent.has(id) || Number.isNaN(times[row])) continue;
    from = Math.min(from, times[row]);
    to = Math.max(to, times[row]);
  }
  return rowIds.filter((id, row) => {
    if (isCurrent.has(id)) return false;
    const week = Math.ceil((from - times[row]) / weekSeconds);
    return week >= 1 && week <= weeks && times[row] + week * weekSeconds <= to;
  });
}

/** Of the reference's own rows those that the champion has not learned from; what it was judged on where those are too few. */
function heldOutRows(input: ChoiceInput, sameRows: boolean, current: Float64Array, reference: Rows): Rows {
  const { champion, spec } = input;
  const ofTest = judgedRows(input, sameRows, current);
  if (spec.drift.reference.kind === 'training') return ofTest;
  const learned = sameRows ? [...champion.split.train, ...champion.split.validation] : [];
  const rowIds = without(reference.rowIds, learned);
  return rowIds.length >= leastHeldOut ? { parts: reference.parts, rowIds } : ofTest;
}

/** The rows on which the champion won its place, as far as the dataset has them; else its own test rows. */
function judgedRows(
  { champion, parts, lineage }: ChoiceInput,
  sameRows: boolean,
  current: Float64Array,
): Rows {
  const { judged } = champion;
  if (judged?.lineage === lineage) {
    const rowIds = without(Float64Array.from(judged.rowIds).sort(), current);
    if (rowIds.length >= leastHeldOut) return { parts, rowIds };
  }
  const tested = Float64Array.from(champion.split.test).sort();
  return { parts: champion.parts, rowIds: sameRows ? without(tested, current) : tested };
}
