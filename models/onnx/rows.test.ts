import { expect, it } from 'vitest';
import type { OnnxAttribute } from '../../contracts/onnx.ts';
import { readMetadata } from '../../inference/metadata.ts';
import { openModel } from '../../inference/session.ts';
import { seededRandom } from '../random.ts';
import { createGraph } from './graph.ts';
import { addRounded } from './rows.ts';

it.each(['Sin', 'Cos', 'Exp', 'Log', 'Sigmoid'])(
  '%s alone is marked only where it is repeated',
  async (op) => {
    const rowsOf = async (isRepeated: boolean): Promise<string | undefined> => {
      const graph = createGraph('g');
      const x = graph.input('x', 'double');
      graph.output(isRepeated ? addRounded(graph, op, x) : graph.node(op, [x])[0], 'prediction');
      return (await readMetadata(graph.toBytes({}))).rows;
    };
    expect(await rowsOf(true)).toBe('independent');
    expect(await rowsOf(false)).toBeUndefined();
  },
);

/** Stumps, each with a threshold and leaves of its own, that add to `targets` sums in turn. */
function stumps(count: number, targets: number): Record<string, OnnxAttribute> {
  const random = seededRandom(3, 'stumps');
  const trees = Array.from({ length: count }, (_, tree) => tree);
  const three = (values: number[]) => ({ ints: trees.flatMap(() => values) });
  const doubles = (values: number[]) => ({ doubles: values, shape: [values.length] });
  return {
    n_targets: { int: targets },
    aggregate_function: { string: 'SUM' },
    nodes_treeids: { ints: trees.flatMap((tree) => [tree, tree, tree]) },
    nodes_nodeids: three([0, 1, 2]),
    nodes_featureids: three([0, 0, 0]),
    nodes_modes: { strings: trees.flatMap(() => ['BRANCH_LT', 'LEAF', 'LEAF']) },
    nodes_values_as_tensor: doubles(trees.flatMap(() => [random.next(), 0, 0])),
    nodes_truenodeids: three([1, 0, 0]),
    nodes_falsenodeids: three([2, 0, 0]),
    nodes_missing_value_tracks_true: three([1, 0, 0]),
    target_treeids: { ints: trees.flatMap((tree) => [tree, tree]) },
    target_nodeids: { ints: trees.flatMap(() => [1, 2]) },
    target_ids: { ints: trees.flatMap((tree) => [tree % targets, tree % targets]) },
    target_weights_as_tensor: doubles(trees.flatMap(() => [random.normal(), random.normal()])),
  };
}

it.each([1, 3])(
  'trees of %d sums are added up in the same order for one row as for many',
  async (targets) => {
    const graph = createGraph('g');
    const x = graph.input('x', 'double');
    const [sums] = graph.node('TreeEnsembleRegressor', [x], stumps(700, targets), { domain: 'ai.onnx.ml' });
    graph.output(graph.cast(sums, 'double'), 'prediction', targets);
    const model = await openModel(graph.toBytes({}));
    const values = Float64Array.from({ length: 300 }, (_, i) => (i === 5 ? Number.NaN : i / 300));
    const together = await model.predict({ x: values }, values.length);
    expect(new Set(together).size).toBeGreaterThan(100);
    for (const size of [1, 2, 60])
      for (let start = 0; start + size <= values.length; start += size) {
        const some = await model.predict({ x: values.subarray(start, start + size) }, size);
        expect(some).toEqual(together.slice(start * targets, (start + size) * targets));
      }
    await model.release();
  },
);
