import { describe, expect, it } from 'vitest';
import type { DriftReport } from '../../contracts/drift.ts';
import type { Frame } from '../../contracts/frame.ts';
import { alertsOf } from './alerts.ts';
import { cellFindings, freshnessFinding, quarantineFindings, volumeFindings } from './quality.ts';
import { judgeReport } from './verdict.ts';

const frame = (load: number[], type: string[]): Frame => {
  const dictionary = ['light', 'heavy', 'broken'];
  return {
    rows: load.length,
    rowIds: Float64Array.from(load, (_, at) => at),
    columns: {
      load: { kind: 'number', values: Float64Array.from(load) },
      type: { kind: 'text', codes: Int32Array.from(type, (name) => dictionary.indexOf(name)), dictionary },
    },
  };
};
const numbers = (rows: number, of: (at: number) => number): number[] =>
  Array.from({ length: rows }, (_, at) => of(at));
const words = (rows: number, of: (at: number) => string): string[] =>
  Array.from({ length: rows }, (_, at) => of(at));

describe('data quality', () => {
  const reference = frame(
    numbers(1_000, (at) => at % 100),
    words(1_000, (at) => (at % 2 ? 'light' : 'heavy')),
  );
  const checks = (current: Frame) =>
    cellFindings(['load', 'type'], reference, current).map(({ check, column }) => `${check} ${column}`);

  it('finds nothing in rows of the same kind', () => {
    expect(
      checks(
        frame(
          numbers(200, (at) => (at * 7) % 100),
          words(200, () => 'light'),
        ),
      ),
    ).toEqual([]);
  });
  it('finds missing cells, values out of range and categories that were never seen', () => {
    const light = words(200, () => 'light');
    expect(
      checks(
        frame(
          numbers(200, (at) => (at % 5 ? at % 100 : Number.NaN)),
          light,
        ),
      ),
    ).toEqual(['missing load']);
    expect(
      checks(
        frame(
          numbers(200, (at) => (at % 5 ? at % 100 : 140)),
          light,
        ),
      ),
    ).toEqual(['range load']);
    expect(
      checks(
        frame(
          numbers(200, (at) => at % 100),
          words(200, (at) => (at % 5 ? 'light' : 'broken')),
        ),
      ),
    ).toEqual(['unseen type']);
    expect(
      checks(
        frame(
          numbers(200, (at) => at % 100),
          words(200, (at) => (at % 5 ? 'light' : '')),
        ),
      ),
    ).toEqual(['missing type']);
  });
  it('does not take one odd cell for a fault', () => {
    expect(
      checks(
        frame(
          numbers(200, (at) => (at === 3 ? 900 : at % 100)),
          words(200, () => 'heavy'),
        ),
      ),
    ).toEqual([]);
  });
  it('finds unusual numbers of rows once it knows what is usual', () => {
    const usual = numbers(12, (at) => 20 + at);
    expect(volumeFindings(usual, 24)).toEqual([]);
    expect(volumeFindings(usual, 0)).toMatchObject([{ check: 'volume' }]);
    expect(volumeFindings(usual, 90)).toMatchObject([{ check: 'volume' }]);
    expect(volumeFindings(usual.slice(0, 5), 0)).toEqual([]);
  });
  it('finds that more rows are put aside, and that the newest is old', () => {
    const report = (read: number, quarantined: number) => ({
      rows: { read, added: read - quarantined, repaired: 0, quarantined, total: read },
      repairedByRule: {},
      quarantinedByRule: { 'range load': quarantined },
      warnings: [],
    });
    expect(quarantineFindings(report(1_000, 10), report(200, 60))).toMatchObject([
      { check: 'quarantine', message: expect.stringContaining('mostly by range load') },
    ]);
    expect(quarantineFindings(report(1_000, 10), report(200, 3))).toEqual([]);
    const now = Date.UTC(2026, 10, 21, 18);
    expect(freshnessFinding('date', 6, now - 5 * 3_600_000, now)).toEqual([]);
    expect(freshnessFinding('date', 6, now - 7 * 3_600_000, now)).toMatchObject([
      { column: 'date', message: 'the newest row is 7.0 hours old, 6 are allowed' },
    ]);
  });
});

describe('verdict', () => {
  const calm = { verdict: 'no_drift' as const, columns: [] };
  const losses = (mean: number) => new Float64Array(100).fill(mean);
  it('follows the streams where the champion errs more', () => {
    expect(judgeReport(calm, { alarms: [7], heldOut: losses(0.2), streamed: losses(0.3) }, [])).toEqual({
      verdict: 'drift',
      kind: 'concept',
      shape: 'abrupt',
    });
    const better = { alarms: [7], heldOut: losses(0.2), streamed: losses(0.1) };
    expect(judgeReport(calm, better, [])).toEqual({ verdict: 'no_drift' });
    expect(judgeReport(calm, { ...better, alarms: [] }, [])).toEqual({ verdict: 'no_drift' });
  });

  it('need no alarm where the champion is surely worse on the newest rows', () => {
    const silent = { alarms: [], heldOut: losses(0.2), streamed: losses(0.4) };
    expect(judgeReport(calm, silent, [], true)).toMatchObject({ verdict: 'drift', kind: 'concept' });
    expect(judgeReport(calm, silent, [], false)).toEqual({ verdict: 'no_drift' });
  });
});

describe('alerts of a check', () => {
  const report = (change: Partial<DriftReport>): DriftReport => ({
    pipeline: 'pump',
    modelVersion: '1.0.0',
    datasetVersion: 'pump/csv@0123456789ab',
    currentRows: { from: 1, to: 9 },
    rows: { reference: 9, current: 9, sampled: false },
    verdict: 'no_drift',
    columns: [],
    streams: [],
    quality: [],
    attribution: [],
    advice: { mode: 'none', why: { en: '', es: '' } },
    ...change,
  });
  const told = (change: Partial<DriftReport>, isSurelyWorse = false, standing: string[] = []) => {
    const { raise, over } = alertsOf(report(change), 'c1', { isSurelyWorse, standing });
    return { raised: raise.map(({ dedupKey, severity }) => `${severity} ${dedupKey}`), over };
  };

  it('end with what they told of', () => {
    const performance = { metric: 'rmse', reference: 1, current: 1, labelled: 1 };
    expect(told({ performance }, false, ['quality:missing:load'])).toEqual({
      raised: [],
      over: ['drift', 'performance', 'quality:missing:load'],
    });
  });
  it('tell of intervals that cover less than they promise, until they are known to cover it again', () => {
    const gates = { significance: true, magnitude: true, persistence: true };
    const covering = (verdict: DriftReport['verdict'], current: number | null) => ({
      performance: {
        ...{ metric: 'rmse', reference: 1, current: null, labelled: 1 },
        coverage: { promised: 0.9, reference: 0.9, current, rows: 80, pValue: 0, low: 0.1, gates, verdict },
      },
    });
    expect(told(covering('drift', 0.7125))).toEqual({ raised: ['warning coverage'], over: ['drift'] });
    const { raise } = alertsOf(report(covering('drift', 0.7125)), 'c1', {
      isSurelyWorse: false,
      standing: [],
    });
    expect(raise[0].message.en).toContain('cover 71.25 % of the actual values and promise 90 %');
    expect(raise[0].message.es).toContain('cubren el 71.25 %');
    expect(told(covering('no_drift', 0.9)).over).toEqual(['drift', 'coverage']);
    expect(told(covering('insufficient_data', null))).toEqual({ raised: [], over: ['drift'] });
  });
  it('stand while too few rows say neither', () => {
    expect(told({ verdict: 'insufficient_data', currentRows: null }, false, ['quality:volume'])).toEqual({
      raised: [],
      over: [],
    });
  });
  it('weigh a change of meaning more than one of the inputs', () => {
    expect(told({ verdict: 'drift', kind: 'covariate' }).raised).toEqual(['warning drift']);
    expect(told({ verdict: 'drift', kind: 'concept' }).raised).toEqual(['critical drift']);
  });
  it('name each finding about the data once', () => {
    const quality = [{ check: 'missing', column: 'load', message: 'all' }];
    expect(told({ quality }, false, ['quality:missing:load', 'quality:range:load'])).toEqual({
      raised: ['warning quality:missing:load'],
      over: ['drift', 'quality:range:load'],
    });
  });
});
