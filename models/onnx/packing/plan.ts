import type { TensorName } from '../../../contracts/onnx.ts';
import type { GraphParts } from '../model.ts';
import { isRun, isTable, isWhole, type Piece, type Unit, unitsOf } from './operands.ts';
import type { Pack, Packs } from './packs.ts';

/** How a graph is written with its packs as nodes. */
export interface Plan {
  /** Each after those that it reads. */
  units: Unit[];
  /** Where packs are split for others to have their runs, ascending. */
  cuts: ReadonlyMap<Pack, readonly number[]>;
  /** Of a run of one row, in additions: mostly a node's being called, and a piece of memory for each output. */
  cost: number;
}

/**
 * The plan for some packs, where it costs less than `below`. Undefined too where a pack would wait for itself, or
 * reads constants beside other tensors.
 */
export function planOf(parts: GraphParts, packs: Packs, below: number): Plan | undefined {
  const found = unitsOf(parts, packs);
  if (found === undefined) return undefined;
  const cuts = cutsOf(found);
  const cost = costOf(found, cuts);
  const units = cost < below ? inOrder(found) : undefined;
  return units && { units, cuts, cost };
}

/** The units, each after those that it reads, otherwise as they came; undefined where some read one another. */
function inOrder(units: Unit[]): Unit[] | undefined {
  const makers = new Map<TensorName | Pack, Unit>();
  for (const unit of units) {
    if (unit.pack !== undefined) makers.set(unit.pack, unit);
    for (const name of unit.node.outputs) makers.set(name, unit);
  }
  const placed = new Set<Unit>();
  const isReady = (piece: Piece): boolean => {
    const maker = makers.get(isRun(piece) ? piece.pack : piece);
    return maker === undefined || placed.has(maker);
  };
  for (let waiting = units; waiting.length > 0; ) {
    const later: Unit[] = [];
    for (const unit of waiting) {
      if (unit.pieces.every(isReady)) placed.add(unit);
      else later.push(unit);
    }
    if (later.length === waiting.length) return undefined;
    waiting = later;
  }
  return [...placed];
}

function cutsOf(units: Unit[]): Map<Pack, number[]> {
  const cuts = new Map<Pack, number[]>();
  for (const { pack, from, to } of units.flatMap(({ pieces }) => pieces).filter(isRun)) {
    const known = cuts.get(pack) ?? [];
    const added = [from, to].filter((at) => at > 0 && at < pack.lanes.length && !known.includes(at));
    if (added.length > 0)
      cuts.set(
        pack,
        [...known, ...added].sort((a, b) => a - b),
      );
  }
  return cuts;
}

/** By `bench:graph`: `Where` chooses in three steps, and what is joined or split costs piece by piece. */
function costOf(units: Unit[], cuts: Plan['cuts']): number {
  let cost = 0;
  const joins = new Map<string, number>();
  for (const unit of units) {
    cost += unit.node.op === 'Where' ? 2.4 : 1;
    for (const { pieces } of unit.operands) {
      const segments = pieces.reduce((sum, piece) => sum + segmentsOf(piece, cuts), 0);
      if (isTable(unit.node)) cost += segments / 6;
      else if (segments > 1) joins.set(pieces.map(nameOf).join(), segments);
    }
  }
  for (const segments of joins.values()) cost += 0.8 + segments / 6;
  for (const at of cuts.values()) cost += 0.6 + 0.6 * (at.length + 1);
  return cost;
}

/** In how many parts a piece lies once its pack is split. */
function segmentsOf(piece: Piece, cuts: Plan['cuts']): number {
  if (!isRun(piece) || isWhole(piece)) return 1;
  return 1 + (cuts.get(piece.pack) ?? []).filter((at) => at > piece.from && at < piece.to).length;
}

const nameOf = (piece: Piece): string =>
  isRun(piece) ? `${piece.pack.lanes[0].node.outputs[0]} ${piece.from} ${piece.to}` : piece;
