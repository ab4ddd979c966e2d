import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { category, ignored, number, timestamp } from '../../contracts/columns.ts';
import { col, text, where } from '../../contracts/expression.ts';
import { definePipeline, type PipelineDefinition } from '../../contracts/pipeline.ts';
import { openDuckDb, quoteText, type SqlValue } from '../duckdb.ts';
import { type ValidateInput, type ValidateOutput, validateBatch } from './validate.ts';

/** A small pipeline for tests: a direct-current meter whose readings determine one another, watts = volts · amps. */
export const meter = (more: Partial<PipelineDefinition> = {}) =>
  definePipeline({
    name: 'meter',
    title: { en: 'Meter', es: 'Medidor' },
    about: { en: 'A test', es: 'Una prueba' },
    task: 'regression',
    sources: {
      file: { kind: 'csv', missing: ['n/a', '-999'], locations: [{ kind: 'file', path: 'meter.csv' }] },
    },
    columns: {
      at: timestamp('%Y-%m-%d %H:%M', { trust: 3 }),
      volts: number({ min: 0, max: 1000, decimals: 1 }),
      amps: number({ min: 0, max: 100, decimals: 2, optional: true, trust: 2 }),
      watts: number({ min: 0, max: 100_000, decimals: 0 }),
      shift: category(['Day', 'Night']),
      note: ignored(),
    },
    target: 'watts',
    inputs: ['volts', 'amps'],
    sequence: { column: 'at', everySeconds: 60 },
    identities: [
      {
        name: 'ohm',
        determines: [
          { column: 'watts', from: col('volts').times(col('amps')), within: 20 },
          { column: 'volts', from: col('watts').dividedBy(col('amps')), within: 2 },
          { column: 'amps', from: col('watts').dividedBy(col('volts')), within: 0.1 },
        ],
      },
      {
        name: 'shift',
        determines: [
          {
            column: 'shift',
            from: where(
              col('at')
                .secondOfDay()
                .atLeast(6 * 3600)
                .and(
                  col('at')
                    .secondOfDay()
                    .lessThan(18 * 3600),
                ),
              text('Day'),
              text('Night'),
            ),
          },
        ],
      },
    ],
    expectations: [{ kind: 'unique', columns: ['at'] }],
    features: { volts: col('volts') },
    split: { kind: 'random', test: 0.25, validation: 0.15 },
    candidates: [{ estimator: 'linear' }],
    schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
    ...more,
  });

export const meterHeader = 'at,volts,amps,watts,shift,note';
/** Rows of a meter at 230 V from 10:00 on, one a minute. */
export const meterRow = (
  minute: number,
  more: Partial<Record<'at' | 'volts' | 'amps' | 'watts' | 'shift', string>> = {},
) => {
  const clock = `${String(10 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const amps = 5 + (minute % 7) / 10;
  const cells = {
    at: `2026-03-02 ${clock}`,
    volts: '230.0',
    amps: amps.toFixed(2),
    watts: (230 * amps).toFixed(0),
    shift: 'Day',
    ...more,
  };
  return `${Object.values(cells).join(',')},x`;
};
/** The meter's first minutes, in which nothing is wrong. */
export const meterRows = (count: number): string[] => Array.from({ length: count }, (_, k) => meterRow(k));

/** Cleans lines of CSV in a folder that lives as long as the test. */
export async function clean(
  lines: string[],
  options: Partial<Pick<ValidateInput, 'spec' | 'knownParts' | 'firstRowId' | 'chunkRows' | 'signal'>> = {},
): Promise<ValidateOutput> {
  const workDir = await mkdtemp(join(tmpdir(), 'relevo-ingest-'));
  onTestFinished(() => rm(workDir, { recursive: true, force: true }));
  const csvPath = join(workDir, 'batch.csv');
  await writeFile(csvPath, `${[meterHeader, ...lines].join('\n')}\n`);
  const spec = options.spec ?? meter();
  return validateBatch({
    spec,
    source: Object.values(spec.sources)[0],
    csvPath,
    knownParts: [],
    firstRowId: 0,
    workDir,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...options,
  });
}

/** Rows of a Parquet file, as objects. */
export async function readParquet(
  path: string | undefined,
  columns = '*',
): Promise<Record<string, SqlValue>[]> {
  if (path === undefined) return [];
  const db = await openDuckDb();
  try {
    return await db.rows(`SELECT ${columns} FROM read_parquet(${quoteText(path)})`);
  } finally {
    db.close();
  }
}
