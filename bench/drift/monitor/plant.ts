import { category, number } from '../../../contracts/columns.ts';
import { col, type Formula, num } from '../../../contracts/expression.ts';
import type { Frame, Series } from '../../../contracts/frame.ts';
import { definePipeline, type PipelineSpec } from '../../../contracts/pipeline.ts';
import { createNormal, createRandom, draw } from '../../../data/generators/random.ts';
import { compileNumber } from '../../../models/onnx/expression.ts';
import { createGraph } from '../../../models/onnx/graph.ts';

export type Task = 'regression' | 'classification';

const numbers = ['a', 'b', 'c', 'd', 'e', 'f'];
const shifts = ['day', 'late', 'night'];
const shares = [0.4, 0.35, 0.25];
const noise = 0.5;
/** What the target follows, but for its noise. */
const signal: Formula = col('a').plus(col('b').times(0.5)).minus(col('c').times(0.25));
const chance: Formula = num(1).dividedBy(signal.times(-1).exponential().plus(1));

export function plantOf(task: Task): PipelineSpec {
  const isNumber = task === 'regression';
  return definePipeline({
    name: `calm-${task}`,
    title: { en: 'A plant that stays as it is', es: 'Una planta que sigue igual' },
    about: { en: 'Generated rows for measurements.', es: 'Filas generadas para mediciones.' },
    task,
    sources: { rows: { kind: 'csv', locations: [{ kind: 'file', path: 'none.csv' }] } },
    columns: {
      ...Object.fromEntries(numbers.map((name) => [name, number()])),
      shift: category(shifts),
      y: isNumber ? number() : category(['no', 'yes']),
    },
    target: 'y',
    inputs: [...numbers, 'shift'],
    features: Object.fromEntries(numbers.map((name) => [name, col(name)])),
    split: { kind: 'random', test: 0.2, validation: 0.1 },
    candidates: [{ estimator: isNumber ? 'linear' : 'logistic' }],
    metric: isNumber ? 'rmse' : 'accuracy',
    schedules: { ingest: { cron: '0 1 * * *' }, train: { cron: '0 2 * * *' } },
  });
}

/** A champion that knows the process: what it cannot say is noise. */
export function championFile(task: Task): Uint8Array {
  const graph = createGraph(`calm-${task}`);
  const inputs = Object.fromEntries(numbers.map((name) => [name, graph.input(name, 'double')]));
  if (task === 'regression') {
    graph.output(compileNumber(graph, signal.expression, inputs), 'prediction');
    return graph.toBytes({});
  }
  const yes = compileNumber(graph, chance.expression, inputs);
  const no = compileNumber(graph, num(1).minus(chance).expression, inputs);
  graph.output(graph.node('Concat', [no, yes], { axis: { int: 1 } })[0], 'prediction', 2);
  return graph.toBytes({});
}

/** Rows of one process that never changes, with the columns of `plantOf`. */
export function plantRows(task: Task, rows: number, seed: number): Frame {
  const random = createRandom(seed);
  const normal = createNormal(random);
  const values = Object.fromEntries(numbers.map((name) => [name, new Float64Array(rows)]));
  const shift = new Int32Array(rows);
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (const name of numbers) values[name][row] = normal();
    shift[row] = draw(shares, random);
    const mean = values.a[row] + 0.5 * values.b[row] - 0.25 * values.c[row];
    target[row] =
      task === 'regression' ? mean + noise * normal() : Number(random() < 1 / (1 + Math.exp(-mean)));
  }
  const y: Series =
    task === 'regression'
      ? { kind: 'number', values: target }
      : { kind: 'text', codes: Int32Array.from(target), dictionary: ['no', 'yes'] };
  return {
    rows,
    rowIds: Float64Array.from({ length: rows }, (_, row) => row),
    columns: {
      ...Object.fromEntries(numbers.map((name) => [name, { kind: 'number' as const, values: values[name] }])),
      shift: { kind: 'text', codes: shift, dictionary: shifts },
      y,
    },
  };
}
