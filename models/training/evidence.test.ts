import { describe, expect, it } from 'vitest';
import { forecastSpecSchema } from '../../contracts/forecast.ts';
import { piecesOfEvidence } from './evidence.ts';

const every = (everySeconds: number) =>
  forecastSpecSchema.parse({ time: 'at', everySeconds, horizons: [1, 4, 96], history: {} });
/** Of readings that follow one another, three horizons each. */
const idsOf = (first: number, readings: number) =>
  Float64Array.from({ length: 3 * readings }, (_, k) => 3 * first + k);

describe('pieces of evidence', () => {
  it('are the rows themselves where nothing is forecast', () => {
    expect(piecesOfEvidence(undefined, idsOf(0, 40))).toBe(120);
  });

  it('are the days that a forecast has rows in', () => {
    expect(piecesOfEvidence(every(900), idsOf(960, 960))).toBe(10);
    expect(piecesOfEvidence(every(900), idsOf(1000, 96))).toBe(2);
    expect(piecesOfEvidence(every(3600), idsOf(0, 240))).toBe(10);
  });

  it('are the readings where these are a day or more apart', () => {
    expect(piecesOfEvidence(every(86_400), idsOf(7, 30))).toBe(30);
    expect(piecesOfEvidence(every(7 * 86_400), idsOf(0, 30))).toBe(30);
  });
});
