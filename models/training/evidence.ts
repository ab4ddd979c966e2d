import type { ForecastSpec } from '../../contracts/forecast.ts';

const daySeconds = 86_400;

/**
 * How many pieces of evidence rows are: all of them, but of a forecast the days that they lie in. Its rows are the
 * horizons of readings that follow one another, and what makes one of them err makes its neighbours err.
 * @param rowIds of a forecast those of its expanded rows, so many to a reading as there are horizons.
 */
export function piecesOfEvidence(forecast: ForecastSpec | undefined, rowIds: Float64Array): number {
  if (forecast === undefined) return rowIds.length;
  const { everySeconds, horizons } = forecast;
  const rowsPerDay = Math.max(1, Math.round(daySeconds / everySeconds)) * horizons.length;
  return new Set(Array.from(rowIds, (id) => Math.floor(id / rowsPerDay))).size;
}
