import { RelevoError } from '../../../contracts/errors.ts';
import { type HistorySeries, parseHistoryTail } from '../../../inference/history.ts';

/** Where the newest readings of a pipeline are, and what reads them. */
export interface HistorySource {
  /** The newest dataset version of a model's source and its `history`; undefined where there is none. */
  newest(
    pipeline: string,
    source: string,
  ): Promise<{ version: string; read(): Promise<Uint8Array> } | undefined>;
}
/** Looks up what forecasts start from. */
export interface Histories {
  /** @throws RelevoError DATASET_NOT_FOUND where the pipeline has no readings of that source; what the source throws. */
  of(pipeline: string, source: string): Promise<HistorySeries>;
}

interface Kept {
  version: string;
  series: HistorySeries;
  askedAtMs: number;
}

/**
 * Keeps each pipeline's newest readings in memory and asks at most once in `freshMs` whether there are newer ones, so
 * that a forecast knows of an ingest seconds after it.
 */
export function createHistories(
  source: HistorySource,
  { freshMs = 5_000, nowMs = () => performance.now() }: { freshMs?: number; nowMs?: () => number } = {},
): Histories {
  const kept = new Map<string, Kept>();
  const underway = new Map<string, Promise<HistorySeries>>();

  const look = async (pipeline: string, from: string, key: string): Promise<HistorySeries> => {
    const askedAtMs = nowMs();
    const newest = await source.newest(pipeline, from);
    if (newest === undefined)
      throw new RelevoError(
        'DATASET_NOT_FOUND',
        `"${pipeline}" has no readings that a forecast could start from`,
        {
          value: `${pipeline}/${from}`,
          remedy: `Run "relevo ingest ${pipeline} --source ${from}", then ask again.`,
        },
      );
    const known = kept.get(key);
    const series = known?.version === newest.version ? known.series : parseHistoryTail(await newest.read());
    kept.set(key, { version: newest.version, series, askedAtMs });
    return series;
  };

  return {
    async of(pipeline, from) {
      const key = `${pipeline}/${from}`;
      const known = kept.get(key);
      if (known && nowMs() - known.askedAtMs < freshMs) return known.series;
      const asked = underway.get(key) ?? look(pipeline, from, key).finally(() => underway.delete(key));
      underway.set(key, asked);
      return await asked;
    },
  };
}
