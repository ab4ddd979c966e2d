import { describe, expect, it } from 'vitest';
import type { TensorName } from '../../../contracts/onnx.ts';
import { openModel } from '../../../inference/session.ts';
import { type Random, seededRandom } from '../../random.ts';
import { encodeModel, type GraphParts, type NodeParts } from '../model.ts';
import { areRowsIndependent } from '../rows.ts';
import { packed } from './index.ts';

const columns = ['a', 'b', 'c', 'd'];
const constant = (name: string, value: number): GraphParts['constants'][number] => ({
  ...{ name, shape: [1, 1], element: 'double', values: [value] },
});
const node = (op: string, inputs: TensorName[], output: TensorName): NodeParts => ({
  ...{ op, domain: '', inputs, outputs: [output], attributes: op === 'Mod' ? { fmod: { int: 1 } } : {} },
});
const table = (inputs: TensorName[]): NodeParts => ({
  ...node('Concat', inputs, 'prediction'),
  attributes: { axis: { int: 1 } },
});
const graphOf = (
  constants: GraphParts['constants'],
  nodes: NodeParts[],
  results: TensorName[],
): GraphParts => ({
  ...{ name: 'g', inputs: columns.map((name) => ({ name, element: 'double' })), constants },
  nodes: [...nodes, table(results)],
  outputs: [{ name: 'prediction', element: 'double', width: results.length }],
});
const opsOf = ({ nodes }: GraphParts): string[] => nodes.map(({ op }) => op);

const special = [0, -0, 1, -1, 0.1, 1e308, -1e308, 5e-324, Number.NaN, Infinity, -Infinity];
/** The bits of numbers; 0 for both zeros, and one for all that is missing. */
async function answers(parts: GraphParts, rows: number): Promise<BigInt64Array> {
  const random = seededRandom(5, 'rows');
  const values = () =>
    random.next() < 0.4 ? special[random.integer(special.length)] : random.normal() * 100;
  const model = await openModel(encodeModel(parts, {}));
  const given = Object.fromEntries(
    columns.map((name) => [name, Float64Array.from({ length: rows }, values)]),
  );
  const said = await model.predict(given, rows);
  await model.release();
  return new BigInt64Array(Float64Array.from(said, (x) => (Number.isFinite(x) ? x + 0 : Number.NaN)).buffer);
}

/** A graph of formulas as people write them: few shapes, over other columns and numbers. */
function randomGraph(random: Random, formulas: number): GraphParts {
  const constants = [1, 2.5, -3, Number.POSITIVE_INFINITY].map((value, i) => constant(`k${i}`, value));
  const nodes: NodeParts[] = [];
  const add = (op: string, ...inputs: TensorName[]): TensorName => {
    const known = nodes.find((other) => other.op === op && other.inputs.join() === inputs.join());
    if (known !== undefined) return known.outputs[0];
    nodes.push(node(op, inputs, `t${nodes.length}`));
    return `t${nodes.length - 1}`;
  };
  const one = <T>(of: readonly T[]): T => of[random.integer(of.length)];
  const results: TensorName[] = [];
  const any = () => one([...columns, ...results]);
  const number = () => one(['k0', 'k1', 'k2']);
  const shapes = [
    () => {
      const product = add('Mod', add('Mul', one(columns), one(columns)), 'k3');
      return add('Mod', add('Div', add('Sub', any(), number()), product), 'k3');
    },
    () => {
      const root = add('Sqrt', add('Add', one(columns), number()));
      return add('Where', add('IsNaN', root), number(), root);
    },
    () => add('Where', add('Greater', one(columns), number()), add('Max', one(columns), 'k1'), any()),
    () => add('Min', add('Abs', add('Sub', one(columns), number())), add('Neg', 'k1')),
  ];
  while (results.length < formulas) results.push(one(shapes)());
  return graphOf(constants, nodes, results);
}

describe('packing', () => {
  it('sets like formulas of other columns and numbers side by side', () => {
    const half = (q: string, pf: string, out: string, k: string) => [
      node('Sub', [k, pf], `${out}1`),
      node('Mul', [pf, q], `${out}2`),
      node('Mul', [`${out}2`, `${out}2`], `${out}3`),
      node('Div', [`${out}1`, `${out}3`], `${out}4`),
      node('Sqrt', [`${out}4`], `${out}5`),
    ];
    const parts = graphOf(
      [constant('hundred', 100), constant('ninety', 90)],
      [...half('a', 'b', 'x', 'hundred'), ...half('c', 'd', 'y', 'ninety')],
      ['x5', 'y5'],
    );
    const small = packed(parts);
    expect(opsOf(small)).toEqual(['Concat', 'Sub', 'Concat', 'Mul', 'Mul', 'Div', 'Sqrt', 'Concat']);
    const row = small.constants.find(({ shape }) => shape[1] === 2);
    expect(row?.values).toEqual([100, 90]);
    expect(small.nodes.at(-1)).toMatchObject({ op: 'Concat', inputs: [small.nodes.at(-2)?.outputs[0]] });
  });

  it('gives every row the same bits, in less, for graphs of any make', async () => {
    const sizes = { before: 0, after: 0 };
    for (let seed = 0; seed < 30; seed++) {
      const random = seededRandom(seed, 'packing');
      const parts = randomGraph(random, 3 + random.integer(25));
      const small = packed(parts);
      expect(await answers(small, 150)).toEqual(await answers(parts, 150));
      expect(areRowsIndependent(small)).toBe(true);
      sizes.before += parts.nodes.length;
      sizes.after += small.nodes.length;
    }
    expect(sizes.after).toBeLessThan(0.8 * sizes.before);
  });

  it('leaves alone what is one after the other, alike but dear to bring together, or a text', () => {
    const chain = ['a', 'c1', 'c2'].map((from, i) => node('Sqrt', [from], `c${i + 1}`));
    expect(opsOf(packed(graphOf([], chain, ['c1', 'c2', 'c3'])))).toEqual(['Sqrt', 'Sqrt', 'Sqrt', 'Concat']);
    const two = [node('Add', ['a', 'b'], 's1'), node('Add', ['c', 'd'], 's2')];
    expect(opsOf(packed(graphOf([], two, ['s1', 'b', 's2'])))).toEqual(['Add', 'Add', 'Concat']);
    const texts: GraphParts = {
      ...graphOf([], [], ['f0', 'f1']),
      inputs: ['p', 'q'].map((name) => ({ name, element: 'string' })),
      constants: [{ name: 'word', shape: [1, 1], element: 'string', values: ['x'] }],
    };
    texts.nodes.unshift(
      ...['p', 'q'].map((name, i) => node('Equal', [name, 'word'], `e${i}`)),
      ...[0, 1].map((i) => ({ ...node('Cast', [`e${i}`], `f${i}`), attributes: { to: { int: 11 } } })),
    );
    expect(opsOf(packed(texts)).filter((op) => op === 'Equal')).toHaveLength(2);
  });

  it('splits off what is wanted apart, and gives no tensor a name that is taken', async () => {
    const each = (from: string[], op: string, to: string) =>
      from.map((name, i) => node(op, [name, 'k'], `${to}${i}`));
    const nodes = [
      ...each(columns, 'Mul', 'm'),
      ...each(['m0', 'm1', 'm2', 'm3'], 'Sub', 's'),
      ...each(['s0', 's1', 's2', 's3'], 'Div', 'd'),
      ...each(['d0', 'd1', 'd2', 'd3'], 'Add', 'a'),
      node('Sqrt', ['a0'], 'm0+3'),
      node('Neg', ['m0+3'], 'end'),
    ];
    const parts = graphOf([constant('k', 3)], nodes, ['end', 'a1', 'a2', 'a3']);
    const small = packed(parts);
    expect(opsOf(small)).toContain('Split');
    const names = small.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(names).size).toBe(names.length);
    expect(await answers(small, 40)).toEqual(await answers(parts, 40));
  });

  it('makes a few nodes of hundreds of features, and equal graphs of equal ones', () => {
    const each = Array.from({ length: 300 }, (_, i) => i);
    const many = () =>
      graphOf(
        each.map((i) => constant(`k${i}`, i)),
        each.flatMap((i) => [
          node('Sub', [columns[i % 4], `k${i}`], `s${i}`),
          node('Mul', [`s${i}`, `s${i}`], `m${i}`),
        ]),
        each.map((i) => `m${i}`),
      );
    expect(opsOf(packed(many()))).toEqual(['Concat', 'Sub', 'Mul', 'Concat']);
    expect(packed(many())).toEqual(packed(many()));
  });

  it('ends for a graph that has no such order', () => {
    const large = randomGraph(seededRandom(1, 'large'), 300);
    expect(packed(large).nodes.length).toBeLessThan(large.nodes.length);
  });
});
