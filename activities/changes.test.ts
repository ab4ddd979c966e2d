import { describe, expect, it } from 'vitest';
import type { ColumnDrift, DriftReport } from '../contracts/drift.ts';
import { changePoints, rowsToShow } from './changes.ts';

const column = (verdict: ColumnDrift['verdict'], sinceRowId?: number): ColumnDrift => ({
  ...{
    column: 'feed',
    role: 'input',
    kind: 'number',
    test: 'ks',
    why: { en: '', es: '' },
    verdict,
    sinceRowId,
  },
  ...{ rows: { reference: 100, current: 100 }, missing: { reference: 0, current: 0 } },
  ...{ statistic: null, pValue: null, adjustedPValue: null, effect: null },
  gates: { significance: false, magnitude: false, persistence: false },
});
const stream = (series: string, alarms: number[]) => ({ detector: 'cusum', series, rows: 500, alarms });

describe('where something changed', () => {
  it('is told by columns that have drifted and by the last alarm of each detector, once and rising', () => {
    const columns = [column('drift', 420), column('no_drift', 10), column('drift'), column('drift', 400)];
    const streams = [stream('error', [300, 410]), stream('absolute residual', [400])];
    expect(changePoints({ columns, streams })).toEqual([400, 410, 420]);
  });

  it('is not told by alarms over served rows, which go by the numbers of outcomes', () => {
    expect(changePoints({ columns: [], streams: [stream('served error', [7])] })).toEqual([]);
  });
});

describe('the test rows that show a challenger', () => {
  const asks = (since?: NonNullable<DriftReport['performance']>['since']) =>
    rowsToShow({ performance: { metric: 'accuracy', reference: 0.9, current: 0.5, labelled: 1, since } });

  it('are few where a change has cost much, and many where it has cost little', () => {
    // (1.96 + 0.84)² is 7.85: 7.85 · 0.5² / 0.25² and 7.85 · 0.5² / 0.025².
    expect(asks({ rowId: 1, rows: 100, rise: 0.5, deviation: 0.5 })).toBe(32);
    expect(asks({ rowId: 1, rows: 100, rise: 0.05, deviation: 0.5 })).toBe(3_140);
  });

  it('are not known where the champion errs no more, or nothing has changed', () => {
    expect(asks({ rowId: 1, rows: 100, rise: 0, deviation: 0.5 })).toBeUndefined();
    expect([asks(), rowsToShow({})]).toEqual([undefined, undefined]);
  });
});
