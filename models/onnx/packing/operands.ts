import type { TensorName } from '../../../contracts/onnx.ts';
import type { GraphParts, NodeParts } from '../model.ts';
import { isOverColumns } from './lanes.ts';
import type { Pack, Packs } from './packs.ts';

/** Neighbouring lanes of a pack, from `from` to before `to`. */
export interface Run {
  pack: Pack;
  from: number;
  to: number;
}
/** A tensor as it is, or a part of a pack's. */
export type Piece = TensorName | Run;

/** What stands side by side in an operand: constants, which become one row, or pieces. */
interface Operand {
  constants: TensorName[];
  pieces: Piece[];
}

/** A node of the packed graph: a pack, or a node that is in none, and what it reads. */
export interface Unit {
  /** The node, or the first of the pack's. */
  node: NodeParts;
  pack?: Pack;
  operands: Operand[];
  /** Of all operands. */
  pieces: Piece[];
}

export const isRun = (piece: Piece): piece is Run => typeof piece !== 'string';
export const isWhole = ({ pack, from, to }: Run): boolean => from === 0 && to === pack.lanes.length;

/** The units of a graph in the order of their first nodes; undefined where a pack reads constants beside other tensors. */
export function unitsOf({ nodes, constants }: GraphParts, packs: Packs): Unit[] | undefined {
  const isConstant = new Set(constants.map(({ name }) => name));
  const seen = new Set<Pack>();
  const units: Unit[] = [];
  for (const node of nodes) {
    const pack = packs.get(node.outputs[0]);
    if (pack !== undefined && seen.has(pack)) continue;
    const operands = pack ? operandsOfPack(pack, packs, isConstant) : operandsOfNode(node, packs);
    if (operands === undefined) return undefined;
    if (pack !== undefined) seen.add(pack);
    units.push({ node, pack, operands, pieces: operands.flatMap(({ pieces }) => pieces) });
  }
  return units;
}

function operandsOfPack({ lanes }: Pack, packs: Packs, isConstant: Set<TensorName>): Operand[] | undefined {
  const operands: Operand[] = [];
  for (const place of lanes[0].node.inputs.keys()) {
    const names = lanes.map(({ node }) => node.inputs[place]);
    const constants = names.filter((name) => isConstant.has(name));
    if (constants.length > 0 && constants.length < names.length) return undefined;
    operands.push({ constants, pieces: constants.length > 0 ? [] : piecesOf(distinct(names), packs) });
  }
  return operands;
}

const operandsOfNode = (node: NodeParts, packs: Packs): Operand[] =>
  (isTable(node) ? [node.inputs] : node.inputs.map((name) => [name])).map((names) => ({
    constants: [],
    pieces: piecesOf(names, packs),
  }));

/** Whether a node sets columns side by side: it takes them from packs as they lie. */
export const isTable = ({ op, attributes }: NodeParts): boolean =>
  op === 'Concat' && isOverColumns(attributes);

/** One tensor for all lanes is broadcast. */
const distinct = (names: TensorName[]): TensorName[] =>
  names.every((name) => name === names[0]) ? [names[0]] : names;

function piecesOf(names: readonly TensorName[], packs: Packs): Piece[] {
  const pieces: Piece[] = [];
  for (const name of names) {
    const pack = packs.get(name);
    if (pack === undefined || pack.lanes.length === 1) {
      pieces.push(name);
      continue;
    }
    const from = pack.lanes.findIndex(({ node }) => node.outputs[0] === name);
    const last = pieces.at(-1);
    if (last !== undefined && isRun(last) && last.pack === pack && last.to === from) last.to = from + 1;
    else pieces.push({ pack, from, to: from + 1 });
  }
  return pieces;
}
