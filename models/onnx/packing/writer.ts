import type { TensorName } from '../../../contracts/onnx.ts';
import type { GraphParts, NodeParts } from '../model.ts';
import { isRun, isTable, isWhole, type Piece } from './operands.ts';
import type { Pack } from './packs.ts';
import type { Plan } from './plan.ts';

/** Where the lanes of a pack are: all in one tensor, and once they are split each segment, from `from` to before `to`. */
interface Written {
  whole: TensorName;
  segments: { from: number; to: number; name: TensorName }[];
}

const columns: NodeParts['attributes'] = { axis: { int: 1 } };

/** The graph as planned: operands joined from what there is, and lanes that are wanted apart split off. */
export function written(parts: GraphParts, { units, cuts }: Plan): GraphParts {
  const nodes: NodeParts[] = [];
  const constants = new Map(parts.constants.map((constant) => [constant.name, constant]));
  const packs = new Map<Pack, Written>();
  const fresh = createNames([
    ...parts.inputs.map(({ name }) => name),
    ...constants.keys(),
    ...parts.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const joins = new Map<string, TensorName>();

  /** A constant of one row, made once. */
  function row(names: TensorName[]): TensorName {
    if (names.every((name) => name === names[0])) return names[0];
    return once(names, ([first], name) => {
      const values = names.flatMap((each) => Array.from(constants.get(each)?.values ?? [], Number));
      const element = constants.get(first)?.element === 'float' ? 'float' : 'double';
      constants.set(name, { name, shape: [1, values.length], element, values });
    });
  }

  /** One tensor of several side by side, made once. */
  const join = (names: TensorName[]): TensorName =>
    names.length === 1
      ? names[0]
      : once(names, (inputs, name) =>
          nodes.push({ op: 'Concat', domain: '', inputs, outputs: [name], attributes: columns }),
        );

  function once(names: TensorName[], make: (names: TensorName[], name: TensorName) => void): TensorName {
    const key = JSON.stringify(names);
    const name = joins.get(key) ?? fresh(`${names[0]}+${names.length - 1}`);
    if (!joins.has(key)) make(names, name);
    joins.set(key, name);
    return name;
  }

  const namesOf = (pieces: Piece[]): TensorName[] =>
    pieces.flatMap((piece) => {
      if (!isRun(piece)) return [piece];
      const held = packs.get(piece.pack);
      if (held === undefined) throw new RangeError('a pack is read before it is written');
      if (isWhole(piece)) return [held.whole];
      const within = held.segments.filter(({ from, to }) => from >= piece.from && to <= piece.to);
      return within.map(({ name }) => name);
    });

  function keep(pack: Pack, whole: TensorName): void {
    const cut = cuts.get(pack) ?? [];
    const bounds = cut.length > 0 ? [0, ...cut, pack.lanes.length] : [];
    const segments = bounds
      .slice(1)
      .map((to, i) => ({ from: bounds[i], to, name: fresh(`${whole}@${bounds[i]}`) }));
    packs.set(pack, { whole, segments });
    if (segments.length === 0) return;
    const sizes = fresh(`${whole}|`);
    constants.set(sizes, {
      ...{ name: sizes, shape: [segments.length], element: 'int64' },
      values: segments.map(({ from, to }) => to - from),
    });
    const outputs = segments.map(({ name }) => name);
    nodes.push({ op: 'Split', domain: '', inputs: [whole, sizes], outputs, attributes: columns });
  }

  for (const { node, pack, operands } of units) {
    const inputs = operands.flatMap(({ constants: held, pieces }) => {
      if (held.length > 0) return row(held);
      const names = namesOf(pieces);
      return isTable(node) ? names : join(names);
    });
    const size = pack?.lanes.length ?? 1;
    const outputs = size === 1 ? node.outputs : [fresh(`${node.outputs[0]}+${size - 1}`)];
    nodes.push({ ...node, inputs, outputs });
    if (pack !== undefined && size > 1) keep(pack, outputs[0]);
  }
  return { ...parts, constants: [...constants.values()], nodes };
}

function createNames(known: TensorName[]): (stem: string) => TensorName {
  const taken = new Set(known);
  return (stem) => {
    let name = stem;
    while (taken.has(name)) name += "'";
    taken.add(name);
    return name;
  };
}
