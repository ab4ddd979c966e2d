import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { Manifest } from '../contracts/refs.ts';
import { lineageOf } from './monitoring/row-ids.ts';

type Dataset = Pick<Manifest, 'parts' | 'source' | 'synthetic'>;

/**
 * Whether one dataset is another one's source read anew from its start, as a source of tables is after each change: then
 * both hold the same rows under other ids, and only their time tells which are new.
 */
export function isReread(spec: Pick<PipelineSpec, 'sources'>, before: Dataset, now: Dataset): boolean {
  if (lineageOf(before) === lineageOf(now)) return false;
  const isSame = before.source === now.source && before.synthetic === now.synthetic;
  return isSame && Object.hasOwn(spec.sources, now.source) && spec.sources[now.source].kind === 'tables';
}

/**
 * The column that tells when a row came: one that the pipeline names for its time, or the only column of timestamps
 * that clients do not send. Undefined where there is none, or several and nothing says which.
 */
export function timeColumnOf(spec: PipelineSpec): string | undefined {
  const { columns, inputs } = spec;
  const named = namedTimes(spec).find((name) => columns[name].kind !== 'category');
  if (named !== undefined) return named;
  const moments = Object.keys(columns).filter(
    (name) => columns[name].kind === 'timestamp' && !inputs.includes(name),
  );
  return moments.length === 1 ? moments[0] : undefined;
}

/** That column where an earlier version of the pipeline has it too, of the same kind. */
export function sharedTimeColumn(spec: PipelineSpec, earlier: PipelineSpec): string | undefined {
  const column = timeColumnOf(spec);
  const isShared = column !== undefined && earlier.columns[column]?.kind === spec.columns[column].kind;
  return isShared ? column : undefined;
}

/** Columns by which a pipeline orders or dates its rows, the surest first. */
function namedTimes({ sequence, forecast, split, validation, drift, expectations }: PipelineSpec): string[] {
  const by = (one: { kind: string } | { kind: string; by: string }, kind: string): string[] =>
    'by' in one && one.kind === kind ? [one.by] : [];
  return [
    ...(sequence ? [sequence.column] : []),
    ...(forecast ? [forecast.time] : []),
    ...by(split, 'time'),
    ...by(validation, 'time-series'),
    ...by(drift.current, 'hours'),
    ...by(drift.reference, 'same-hours'),
    ...expectations.flatMap((one) => (one.kind === 'freshness' ? [one.column] : [])),
  ];
}

/** The latest of some times; minus infinity where none is known. */
export function latestOf(times: Iterable<number>): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const time of times) if (time > latest) latest = time;
  return latest;
}
