import { RelevoError } from '../../../contracts/errors.ts';
import { readUbjson, type UbjsonValue } from './ubjson.ts';

/** One regression tree; node 0 is the root. A node is a leaf where `left` is -1, and `value` is then its output. */
export interface Tree {
  nodes: number;
  left: Int32Array;
  right: Int32Array;
  /** Column that is compared. */
  column: Int32Array;
  /** Threshold (rows below it go left) or leaf output; single precision. */
  value: Float32Array;
  /** 1 where a missing value goes left. */
  missingLeft: Uint8Array;
}

/** A sum of trees and a constant. */
export interface TreeEnsemble {
  baseScore: number;
  columns: number;
  trees: Tree[];
}

/**
 * The trees of a model that libxgboost saved as UBJSON (1.7 and newer; 3.x writes the base score as a list).
 * @throws RelevoError ARTIFACT_CORRUPT on other bytes.
 */
export function readEnsemble(model: Uint8Array): TreeEnsemble {
  try {
    const learner = field(readUbjson(model), 'learner');
    const parameters = field(learner, 'learner_model_param');
    const booster = field(field(learner, 'gradient_booster'), 'model');
    return {
      baseScore: Number(String(field(parameters, 'base_score')).replace(/^\[|\]$/g, '')),
      columns: Number(field(parameters, 'num_feature')),
      trees: list(field(booster, 'trees')).map(readTree),
    };
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a libxgboost model', {}, { cause });
  }
}

function readTree(tree: UbjsonValue): Tree {
  const children = { left: numbers(tree, 'left_children'), right: numbers(tree, 'right_children') };
  const reachable = preOrder(children);
  const position = new Map(reachable.map((node, index) => [node, index]));
  const renumber = (node: number): number => position.get(node) ?? -1;
  const pick = (name: string) => {
    const values = numbers(tree, name);
    return (node: number) => values[node];
  };
  return {
    nodes: reachable.length,
    left: Int32Array.from(reachable, (node) => renumber(children.left[node])),
    right: Int32Array.from(reachable, (node) => renumber(children.right[node])),
    column: Int32Array.from(reachable, pick('split_indices')),
    value: Float32Array.from(reachable, pick('split_conditions')),
    missingLeft: Uint8Array.from(reachable, pick('default_left')),
  };
}

/** Nodes from the root on; pruned ones, which libxgboost leaves in its arrays, are not reached. */
function preOrder({ left, right }: { left: ArrayLike<number>; right: ArrayLike<number> }): number[] {
  const order: number[] = [];
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    order.push(node);
    if (left[node] >= 0) waiting.push(right[node], left[node]);
    if (order.length > left.length) throw new RangeError('a tree with a cycle');
  }
  return order;
}

function field(value: UbjsonValue, name: string): UbjsonValue {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && !ArrayBuffer.isView(value)) {
    if (Object.hasOwn(value, name)) return value[name];
  }
  throw new RangeError(`no "${name}"`);
}

function list(value: UbjsonValue): UbjsonValue[] {
  if (Array.isArray(value)) return value;
  throw new RangeError('expected a list');
}

function numbers(tree: UbjsonValue, name: string): ArrayLike<number> {
  const values = field(tree, name);
  if (ArrayBuffer.isView(values)) return values;
  return list(values).map(Number);
}
