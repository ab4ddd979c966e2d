import { describe, expect, it } from 'vitest';
import { openModel } from '../../inference/session.ts';
import { createGraph, type OnnxGraphBuilder } from './graph.ts';
import { modelProtoType } from './proto.ts';

/** 3 trees of one split each: `x < threshold ? 1 : 2`, with thresholds in double precision. */
function addTrees(graph: OnnxGraphBuilder): void {
  const x = graph.input('x', 'double');
  const [sum] = graph.node(
    'TreeEnsembleRegressor',
    [x],
    {
      n_targets: { int: 1 },
      nodes_treeids: { ints: [0, 0, 0, 1, 1, 1] },
      nodes_nodeids: { ints: [0, 1, 2, 0, 1, 2] },
      nodes_featureids: { ints: [0, 0, 0, 0, 0, 0] },
      nodes_modes: { strings: ['BRANCH_LT', 'LEAF', 'LEAF', 'BRANCH_LT', 'LEAF', 'LEAF'] },
      nodes_values_as_tensor: { doubles: [1 + 1e-12, 0, 0, 3, 0, 0], shape: [6] },
      nodes_truenodeids: { ints: [1, 0, 0, 1, 0, 0] },
      nodes_falsenodeids: { ints: [2, 0, 0, 2, 0, 0] },
      nodes_missing_value_tracks_true: { ints: [1, 0, 0, 0, 0, 0] },
      target_treeids: { ints: [0, 0, 1, 1] },
      target_nodeids: { ints: [1, 2, 1, 2] },
      target_ids: { ints: [0, 0, 0, 0] },
      target_weights_as_tensor: { doubles: [1, 2, 10, 20], shape: [4] },
      aggregate_function: { string: 'SUM' },
    },
    { domain: 'ai.onnx.ml' },
  );
  graph.output(graph.cast(sum, 'double'), 'prediction');
}

describe('a graph', () => {
  it('runs a tree ensemble with double thresholds and missing values', async () => {
    const graph = createGraph('trees');
    addTrees(graph);
    const model = await openModel(graph.toBytes({}));
    const x = Float64Array.of(1, 1 + 1e-12, 1 + 3e-12, 3, Number.NaN);
    expect([...(await model.predict({ x }, 5))]).toEqual([11, 12, 12, 22, 21]);
    await model.release();
  });

  it('gives equal bytes for equal calls', () => {
    const build = (metadata: Record<string, string>) => {
      const graph = createGraph('trees');
      addTrees(graph);
      return graph.toBytes(metadata);
    };
    const bytes = build({ pipeline: 'p', version: '1.0.0' });
    expect(build({ version: '1.0.0', pipeline: 'p' })).toEqual(bytes);
    expect(build({ version: '1.0.1', pipeline: 'p' })).not.toEqual(bytes);
  });

  it('is an ONNX file of IR 9, opset 19 and ai.onnx.ml 4, with its metadata', () => {
    const graph = createGraph('trees');
    addTrees(graph);
    const model = modelProtoType()
      .decode(graph.toBytes({ pipeline: 'steel' }))
      .toJSON();
    expect(model).toMatchObject({
      irVersion: '9',
      producerName: 'relevo',
      opsetImport: [{ version: '19' }, { domain: 'ai.onnx.ml', version: '4' }],
      metadataProps: [
        { key: 'pipeline', value: 'steel' },
        { key: 'rows', value: 'independent' },
      ],
    });
  });

  it('keeps equal constants and nodes once, and tells apart what differs in type, shape, sign or attribute', () => {
    const graph = createGraph('g');
    const x = graph.input('x', 'double');
    expect(graph.constant('double', [Number.NaN], [1])).toBe(graph.constant('double', [Number.NaN], [1]));
    const distinct = [
      graph.constant('double', [0], [1]),
      graph.constant('double', [-0], [1]),
      graph.constant('float', [0], [1]),
      graph.constant('int64', [0], [1]),
      graph.constant('double', [0], [1, 1]),
      graph.constant('string', ['0'], [1]),
      graph.node('Concat', [x, x], { axis: { int: 1 } })[0],
      graph.node('Concat', [x, x], { axis: { int: 0 } })[0],
      graph.node('Split', [x], {}, { outputs: 2 })[1],
    ];
    expect(new Set(distinct).size).toBe(distinct.length);
    expect(graph.node('Concat', [x, x], { axis: { int: 1 } })[0]).toBe(distinct[6]);
    expect(graph.cast(x, 'double')).toBe(x);
    expect(graph.cast(x, 'float')).toBe(graph.cast(x, 'float'));
  });

  it('carries int64, float and text constants of any size', async () => {
    const graph = createGraph('g');
    const x = graph.input('x', 'double');
    const wide = graph.constant('int64', [2 ** 53 - 1, -5], [1, 2]);
    const [sum] = graph.node('ReduceSum', [graph.cast(wide, 'double'), graph.constant('int64', [1], [1])]);
    const tenth = graph.cast(graph.constant('float', [0.1], [1, 1]), 'double');
    graph.output(graph.node('Add', [graph.node('Mul', [x, tenth])[0], sum])[0], 'prediction');
    const model = await openModel(graph.toBytes({}));
    expect([...(await model.predict({ x: Float64Array.of(0, 10) }, 2))]).toEqual([
      2 ** 53 - 6,
      2 ** 53 - 6 + 10 * Math.fround(0.1),
    ]);
    await model.release();
  });

  it('leaves out constants that no node reads', () => {
    const graph = createGraph('g');
    const [read] = [graph.constant('double', [1], [1, 1]), graph.constant('double', [2], [1, 1])];
    graph.output(graph.node('Add', [graph.input('x', 'double'), read])[0], 'prediction');
    const { initializer } = modelProtoType().decode(graph.toBytes({})).toJSON().graph;
    expect(initializer.map(({ name }: { name: string }) => name)).toEqual([read]);
  });

  it('refuses a constant that does not fill its shape, and a name that is taken', () => {
    const graph = createGraph('g');
    graph.input('x', 'double');
    expect(() => graph.constant('double', [1, 2], [1, 3])).toThrowError('needs 3 values, got 2');
    expect(() => graph.input('x', 'string')).toThrowError('"x"');
  });
});
