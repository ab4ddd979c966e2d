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
 * The column that tells when a row came: that of the sequence, of the forecast, of a split or a validation in time, or
 * the only column of timestamps. Undefined where there is none, or several and nothing says which.
 */
export function timeColumnOf(spec: PipelineSpec): string | undefined {
  const { sequence, forecast, split, validation, columns } = spec;
  const named =
    sequence?.column ??
    forecast?.time ??
    (split.kind === 'time' ? split.by : undefined) ??
    (validation.kind === 'time-series' ? validation.by : undefined);
  if (named !== undefined) return columns[named].kind === 'category' ? undefined : named;
  const moments = Object.keys(columns).filter((name) => columns[name].kind === 'timestamp');
  return moments.length === 1 ? moments[0] : undefined;
}

/** The latest of some times; minus infinity where none is known. */
export function latestOf(times: Iterable<number>): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const time of times) if (time > latest) latest = time;
  return latest;
}
