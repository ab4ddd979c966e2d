import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { createGraph, type OnnxGraphBuilder } from '../models/onnx/graph.ts';
import { encodeModel, type GraphParts } from '../models/onnx/model.ts';
import { packed } from '../models/onnx/packing/index.ts';
import { addFeatures } from '../models/training/graph.ts';
import { pipelines } from '../pipelines/index.ts';
import { machine, option, report } from './lib/report.ts';

/**
 * What packing like nodes saves: the features of every pipeline as they are written and as they are packed, for one row
 * and for many; and what one more node of a kind costs a row, by which the packing weighs. The least of `--rounds`
 * in turn, so that a host that takes the processor for a while takes it from all.
 */
const manyRows = 2048;
const rounds = Number(option('rounds') ?? 40);

interface Timed {
  session: InferenceSession;
  feeds: Record<string, Tensor>;
  runs: number;
  leastUs: number;
}

const values = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => 1 + (i % 97));

async function timed(parts: GraphParts, rows: number): Promise<Timed> {
  const session = await InferenceSession.create(encodeModel(parts, {}), {
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 },
  });
  const column = (element: string): Tensor =>
    element === 'string'
      ? new Tensor('string', new Array<string>(rows).fill('Light_Load'), [rows, 1])
      : new Tensor('float64', values(rows), [rows, 1]);
  const feeds = Object.fromEntries(parts.inputs.map(({ name, element }) => [name, column(element)]));
  return { session, feeds, runs: rows === 1 ? 200 : 5, leastUs: Number.POSITIVE_INFINITY };
}

/** Every one in turn, again and again. */
async function run(all: readonly Timed[]): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const each of all) {
      const startedMs = performance.now();
      for (let i = 0; i < each.runs; i++) await each.session.run(each.feeds);
      each.leastUs = Math.min(each.leastUs, ((performance.now() - startedMs) / each.runs) * 1000);
    }
}

const rounded = (value: number): number => Number(value.toPrecision(3));

async function ofPipeline(spec: PipelineSpec) {
  const graph = createGraph(spec.name);
  const { features, base } = addFeatures(graph, spec);
  graph.output(features, 'features', Object.keys(spec.features).length);
  if (base !== undefined) graph.output(base, 'base');
  const startedMs = performance.now();
  const small = packed(graph.parts());
  const searchMs = performance.now() - startedMs;
  const [plainRow, packedRow, plainMany, packedMany] = await Promise.all(
    [1, manyRows].flatMap((rows) => [timed(graph.parts(), rows), timed(small, rows)]),
  );
  await run([plainRow, packedRow, plainMany, packedMany]);
  return {
    nodes: { plain: graph.parts().nodes.length, packed: small.nodes.length },
    searchMs: rounded(searchMs),
    rowUs: { plain: rounded(plainRow.leastUs), packed: rounded(packedRow.leastUs) },
    manyRowsUs: { plain: rounded(plainMany.leastUs), packed: rounded(packedMany.leastUs) },
  };
}

/** Adds nodes of its kind; gives columns. */
type Add = (graph: OnnxGraphBuilder, columns: string[], place: number) => string[];
const columnsOf = (all: string[], from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => all[(from + i) % all.length]);
const joined = (graph: OnnxGraphBuilder, all: string[], from: number, count: number): string[] =>
  graph.node('Concat', columnsOf(all, from, count), { axis: { int: 1 } });
const split =
  (sizes: number[]): Add =>
  (graph, all, i) =>
    graph.node(
      'Split',
      [...joined(graph, all, i, 6), graph.constant('int64', sizes, [sizes.length])],
      { axis: { int: 1 } },
      { outputs: sizes.length },
    );
const kinds: Record<string, Add> = {
  nothing: () => [],
  Add: (graph, all, i) => graph.node('Add', columnsOf(all, i, 2)),
  Where: (graph, all, i) => graph.node('Where', [graph.node('IsNaN', [all[0]])[0], ...columnsOf(all, i, 2)]),
  'Concat of 2': (graph, all, i) => joined(graph, all, i, 2),
  'Concat of 6': (graph, all, i) => joined(graph, all, i, 6),
  'Concat of 6, Split in 2': split([3, 3]),
  'Concat of 6, Split in 6': split([1, 1, 1, 1, 1, 1]),
};
const nodesOfKind = 100;

/** Microseconds that one more node of each kind costs a row. */
async function nodeCosts() {
  const all = await Promise.all(
    Object.values(kinds).map((add) => {
      const graph = createGraph('kind');
      const x = graph.input('x', 'double');
      const columns = Array.from(
        { length: nodesOfKind },
        (_, i) => graph.node('Mul', [x, graph.constant('double', [i], [1, 1])])[0],
      );
      const more = columns.flatMap((_, i) => add(graph, columns, i));
      const results = graph.node('Concat', [...columns, ...more], { axis: { int: 1 } })[0];
      graph.output(results, 'all', 0);
      return timed(graph.parts(), 1);
    }),
  );
  await run(all);
  const costs = all.map(({ leastUs }) => rounded((leastUs - all[0].leastUs) / nodesOfKind));
  return Object.fromEntries(Object.keys(kinds).map((name, i) => [name, costs[i]]));
}

async function bench() {
  const features: Record<string, Awaited<ReturnType<typeof ofPipeline>>> = {};
  for (const spec of Object.values(pipelines)) features[spec.name] = await ofPipeline(spec);
  return { setting: { machine: machine(), manyRows, rounds }, features, nodeCostUs: await nodeCosts() };
}

report(await bench(), ({ features, nodeCostUs }) =>
  [
    ...Object.entries(features).map(
      ([name, { nodes, rowUs, manyRowsUs }]) =>
        `${name.padEnd(20)} ${nodes.plain} → ${nodes.packed} nodes   a row ${rowUs.plain} → ${rowUs.packed} µs   ` +
        `${manyRows} rows ${manyRowsUs.plain} → ${manyRowsUs.packed} µs`,
    ),
    ...Object.entries(nodeCostUs).map(([name, us]) => `${name.padEnd(24)} ${us} µs a node`),
  ].join('\n'),
);
