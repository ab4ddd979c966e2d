import { category, number, timestamp } from '../../contracts/columns.ts';
import { col, type Formula } from '../../contracts/expression.ts';
import { definePipeline, type PipelineSpec } from '../../contracts/pipeline.ts';
import { conceptProcesses, streamRows } from '../../data/generators/streams/index.ts';
import { pipeline } from '../../pipelines/index.ts';

/** A stream to replay: its pipeline, its file below RELEVO_DATA, and the file's lines. */
export interface Stream {
  spec: PipelineSpec;
  path: string;
  header: string;
  lines: string[];
  /** The same rows as the peers read them. */
  forPeers: { header: string; lines: string[] };
}

export const generatedStreams = Object.keys(conceptProcesses) as (keyof typeof conceptProcesses)[];
const rowMs = 120_000;
const start = Date.UTC(2024, 0, 1);

/**
 * Elec2 as its producer would append it, half-hour after half-hour: with the direction and the price of the half-hour
 * before, which the pipeline's own query over the whole file gives otherwise.
 */
export function elec2Stream(text: string): Stream {
  const [header, ...lines] = text.trimEnd().split('\n');
  const spec = pipeline('electricity-price');
  const names = header.split(',');
  const [price, label] = [names.indexOf('nswprice'), names.indexOf('class')];
  const directionOf = (cells: string[]): string => (Number(cells[label]) === 1 ? 'UP' : 'DOWN');
  const rows = lines.map((line) => line.split(','));
  const prepared = rows.map((cells, at) => {
    const before = rows[Math.max(0, at - 1)];
    const last = at === 0 ? 'DOWN' : directionOf(before);
    return [directionOf(cells), at + 2, ...cells.slice(0, label), last, before[price]].join(',');
  });
  const path = 'elec2-stream.csv';
  const source = {
    kind: 'csv' as const,
    locations: [{ kind: 'file' as const, path }],
    delimiter: ',',
    missing: [],
  };
  return {
    spec: { ...spec, sources: { stream: source } },
    path,
    header: ['direction', 'line', ...names.slice(0, label), 'last_direction', 'last_price'].join(','),
    lines: prepared,
    forPeers: { header, lines },
  };
}

/** A process with known changes as a stream, with a pipeline made for its columns. */
export function generatedStream(name: keyof typeof conceptProcesses, rows: number, seed: number): Stream {
  const process = conceptProcesses[name];
  const inputs = process.columns.slice(0, -1);
  const cells = [...streamRows(process, rows, seed)];
  const texts = inputs.filter((_, place) => typeof cells[0][place] === 'string');
  const valuesOf = (column: string): string[] => {
    const place = process.columns.indexOf(column);
    return [...new Set(cells.map((row) => String(row[place])))].sort();
  };
  const features = inputs.flatMap((column): [string, Formula][] =>
    texts.includes(column)
      ? valuesOf(column).map((value) => [`${column}:${value}`, col(column).equals(value)])
      : [[column, col(column)]],
  );
  const spec = definePipeline({
    name: `stream-${name}`,
    title: { en: `Stream ${name}`, es: `Serie ${name}` },
    about: { en: process.reference, es: process.reference },
    task: 'classification',
    sources: { stream: { kind: 'csv', locations: [{ kind: 'file', path: `${name}.csv` }] } },
    columns: {
      at: timestamp('%Y-%m-%d %H:%M:%S'),
      ...Object.fromEntries(
        inputs.map((column) => [column, texts.includes(column) ? category(valuesOf(column)) : number()]),
      ),
      y: category(['0', '1']),
    },
    target: 'y',
    inputs: [...inputs],
    features: Object.fromEntries(features),
    split: { kind: 'time', by: 'at', test: 0.2, validation: 0.2 },
    candidates: [{ estimator: 'xgboost', params: { rounds: 200, maxDepth: 4, earlyStoppingRounds: 20 } }],
    metric: 'accuracy',
    schedules: { ingest: { cron: '0 1 * * *' }, train: { cron: '0 2 * * *' } },
  });
  const timeOf = (row: number): string =>
    new Date(start + row * rowMs).toISOString().slice(0, 19).replace('T', ' ');
  const header = `at,${process.columns.join(',')}`;
  const lines = cells.map((row, at) => [timeOf(at), ...row].join(','));
  return { spec, path: `${name}.csv`, header, lines, forPeers: { header, lines } };
}
