import { RelevoError } from '../../../contracts/errors.ts';
import { readUbjson, type UbjsonValue } from './ubjson.ts';

/** One regression tree; node 0 is the root. A node is a leaf where `left` is -1, and `value` is then its output. */
export interface Tree {
  left: ArrayLike<number>;
  right: ArrayLike<number>;
  /** Column that is compared. */
  column: ArrayLike<number>;
  /** Threshold (rows below it go left) or leaf output; single precision. */
  value: ArrayLike<number>;
  /** 1 where a missing value goes left. */
  missingLeft: ArrayLike<number>;
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

const readTree = (tree: UbjsonValue): Tree => ({
  left: numbers(tree, 'left_children'),
  right: numbers(tree, 'right_children'),
  column: numbers(tree, 'split_indices'),
  value: numbers(tree, 'split_conditions'),
  missingLeft: numbers(tree, 'default_left'),
});

/** Nodes from the root on; pruned ones, which libxgboost leaves in its arrays, are not reached. */
export function reachableNodes({ left, right }: Tree): number[] {
  const order: number[] = [];
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    order.push(node);
    if (left[node] >= 0) waiting.push(right[node], left[node]);
    if (order.length > left.length)
      throw new RelevoError('ARTIFACT_CORRUPT', 'A tree of the model has a cycle');
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
