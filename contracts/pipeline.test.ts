import { describe, expect, it } from 'vitest';
import { category, number, timestamp } from './columns.ts';
import { RelevoError } from './errors.ts';
import { col, columnsOf, where } from './expression.ts';
import { definePipeline, type PipelineDefinition, parsePipelineSpec } from './pipeline.ts';

const definition: PipelineDefinition = {
  name: 'boiler',
  title: { en: 'Boiler', es: 'Caldera' },
  about: { en: 'Gas from flow', es: 'Gas por caudal' },
  task: 'regression',
  sources: { plant: { kind: 'csv', locations: [{ kind: 'file', path: 'boiler.csv' }] } },
  columns: { flow: number({ min: 0 }), hot: number(), gas: number({ unit: 'm³' }) },
  target: 'gas',
  inputs: ['flow', 'hot'],
  features: { lift: col('hot').minus(20).times(col('flow')) },
  base: where(col('flow').greaterThan(0), col('flow').times(2), 0),
  split: { kind: 'random', test: 0.25, validation: 0.15 },
  candidates: [{ estimator: 'linear' }],
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
};

function refusal(change: Partial<PipelineDefinition>): RelevoError {
  try {
    definePipeline({ ...definition, ...change });
  } catch (error) {
    if (error instanceof RelevoError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('definePipeline', () => {
  it('gives a spec that survives JSON unchanged', () => {
    const spec = definePipeline(definition);
    expect(parsePipelineSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    expect(columnsOf(spec.features.lift)).toEqual(['hot', 'flow']);
  });

  it.each([
    ['a target that is no column', { target: 'steam' }, 'target', 'steam'],
    ['a feature over what clients do not send', { features: { cheat: col('gas') } }, 'features.cheat', 'gas'],
    ['a base over an unknown column', { base: col('flw') }, 'base', 'flw'],
    [
      'weights of classes in a regression',
      { candidates: [{ estimator: 'linear', weights: 'balanced' }] },
      'weights',
      'balanced',
    ],
    ['a metric of the other task', { metric: 'accuracy' }, 'metric', 'accuracy'],
    ['the coverage of intervals as a goal', { metric: 'coverage', interval: {} }, 'metric', 'coverage'],
    ['their width as a goal', { metric: 'intervalWidth', interval: {} }, 'metric', 'intervalWidth'],
    ['ties broken by the metric itself', { metric: 'mae', tieBreak: 'mae' }, 'tieBreak', 'mae'],
    ['ties broken by a metric of the other task', { tieBreak: 'logLoss' }, 'tieBreak', 'logLoss'],
    ['the target among the inputs', { inputs: ['flow', 'hot', 'gas'] }, 'inputs', 'gas'],
  ] as const)('refuses %s', (_, change, field, value) => {
    const error = refusal(change as Partial<PipelineDefinition>);
    expect([error.code, error.details.field, error.details.value]).toEqual([
      'PIPELINE_INVALID',
      field,
      value,
    ]);
  });

  it.each(['reference', 'current'] as const)('refuses hours of a drift %s by a category', (rows) => {
    const windows = {
      reference: { kind: 'same-hours' as const, weeks: 2 },
      current: { kind: 'hours' as const, hours: 6 },
    };
    const columns = { ...definition.columns, at: timestamp('%Y-%m-%d'), shift: category(['day', 'night']) };
    const by = (column: string) => ({ columns, drift: { [rows]: { ...windows[rows], by: column } } });
    expect(refusal(by('shift')).details).toEqual({
      field: `drift.${rows}.by`,
      value: 'shift',
      expected: 'a column of moments, such as at',
    });
    expect(refusal(by('tide')).details).toMatchObject({ field: `drift.${rows}.by`, value: 'tide' });
    for (const column of ['at', 'hot'])
      expect(definePipeline({ ...definition, ...by(column) }).drift[rows]).toMatchObject({ by: column });
  });

  it('names the path of a field with a wrong value', () => {
    const error = refusal({ split: { kind: 'random', test: 1.5, validation: 0.1 } });
    expect(error.details.field).toBe('split.test');
  });

  it('refuses a misspelt field instead of ignoring it', () => {
    const error = refusal({ candidate: [] } as unknown as Partial<PipelineDefinition>);
    expect(error.code).toBe('PIPELINE_INVALID');
    expect(JSON.stringify(error.details)).toContain('candidate');
  });
});
