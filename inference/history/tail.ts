import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { historyReach } from './columns.ts';
import { type HistorySeries, intervalsOf, seriesOf } from './series.ts';

/** Version 1: cells are written as JSON writes doubles, shortest that reads back the same; null is unknown. */
const tailSchema = z.strictObject({
  format: z.literal(1),
  startEpochSeconds: z.number(),
  everySeconds: z.number().positive(),
  values: z.record(z.string(), z.array(z.number().nullable())),
});

/**
 * The newest readings that the history of a pipeline's forecasts can reach into, as bytes for a lookup.
 * @param frame must hold the columns of `forecastColumns`.
 * @param intervals how many; as many as the history reaches where absent.
 * @throws RangeError where the pipeline makes no forecast; what `seriesOf` throws.
 */
export function historyTail(
  spec: Pick<PipelineSpec, 'name' | 'forecast'>,
  frame: Frame,
  intervals?: number,
): Uint8Array {
  const { forecast } = spec;
  if (forecast === undefined) throw new RangeError(`the pipeline "${spec.name}" makes no forecast`);
  const series = seriesOf(forecast, frame);
  const skipped = Math.max(0, intervalsOf(series) - (intervals ?? historyReach(forecast)));
  const cells = (values: Float64Array) =>
    Array.from(values.subarray(skipped), (value) => (Number.isNaN(value) ? null : value));
  const tail: z.infer<typeof tailSchema> = {
    format: 1,
    startEpochSeconds: series.startEpochSeconds + skipped * series.everySeconds,
    everySeconds: series.everySeconds,
    values: Object.fromEntries(Object.entries(series.values).map(([name, all]) => [name, cells(all)])),
  };
  return new TextEncoder().encode(JSON.stringify(tail));
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are no tail. */
export function parseHistoryTail(bytes: Uint8Array): HistorySeries {
  try {
    const { values, startEpochSeconds, everySeconds } = tailSchema.parse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
    );
    const columns = Object.entries(values).map(([name, cells]): [string, Float64Array] => [
      name,
      Float64Array.from(cells, (cell) => cell ?? Number.NaN),
    ]);
    const [first] = columns;
    if (columns.some(([, { length }]) => length !== first[1].length)) throw new RangeError('uneven columns');
    return { startEpochSeconds, everySeconds, values: Object.fromEntries(columns) };
  } catch (error) {
    throw new RelevoError(
      'ARTIFACT_CORRUPT',
      'The stored history of a forecast cannot be read',
      {},
      { cause: error },
    );
  }
}
