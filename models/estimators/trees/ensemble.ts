import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import type { DecisionTree, TreeModel } from '../../../contracts/estimator.ts';
import { type Form, forms, linkOfForm, type Reading } from './form.ts';
import type { PackedTree } from './packed/tree.ts';
import { readUbjson, type UbjsonValue } from './ubjson.ts';

/** Trees that are added up; features are rounded to single precision and rows below a threshold go left. */
export interface TreeEnsemble {
  reading: Reading;
  /** What each sum starts from, libxgboost's base score included. */
  base: number[];
  columns: number;
  trees: DecisionTree[];
}
/** Trees of one sum each. */
interface ReadEnsemble extends TreeEnsemble {
  trees: (PackedTree & { output: number })[];
}

/** Attribute of a saved booster that says what libxgboost's objective does not. */
export const attribute = 'relevo';
const attributeSchema = z.object({ form: z.enum(forms), base: z.array(z.number()) });

const objectives: Record<string, Form> = {
  'reg:squarederror': 'value',
  'binary:logistic': 'logistic',
  'multi:softprob': 'softmax',
};

/**
 * The trees of a model that libxgboost saved as UBJSON (1.7 and newer; 3.x writes the base score as a list).
 * @throws RelevoError ARTIFACT_CORRUPT on other bytes.
 */
export function readEnsemble(model: Uint8Array): ReadEnsemble {
  try {
    const learner = field(readUbjson(model), 'learner');
    const parameters = field(learner, 'learner_model_param');
    const booster = field(field(learner, 'gradient_booster'), 'model');
    const sums = Math.max(1, Number(field(parameters, 'num_class')));
    const reading = readReading(learner, sums);
    const scores = baseScores(String(field(parameters, 'base_score')), reading.form);
    const outputs = numbers(booster, 'tree_info');
    return {
      reading,
      base: reading.base.map((value, k) => value + (scores[k] ?? scores[0])),
      columns: Number(field(parameters, 'num_feature')),
      trees: list(field(booster, 'trees')).map((tree, index) => readTree(tree, outputs[index])),
    };
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a libxgboost model', {}, { cause });
  }
}

function readReading(learner: UbjsonValue, sums: number): Reading {
  const attributes = field(learner, 'attributes');
  if (attributes !== null && typeof attributes === 'object' && Object.hasOwn(attributes, attribute)) {
    const reading = attributeSchema.parse(JSON.parse(String(field(attributes, attribute))));
    if (reading.base.length !== sums) throw new RangeError('as many bases as sums');
    return reading;
  }
  const form = objectives[String(field(field(learner, 'objective'), 'name'))];
  if (form === undefined) throw new RangeError('an objective that is not known');
  return { form, base: new Array<number>(sums).fill(0) };
}

/** libxgboost keeps a logistic model's base as a probability. */
function baseScores(text: string, form: Form): number[] {
  const scores = text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map(Number);
  if (!scores.every(Number.isFinite)) throw new RangeError('a base score that is no number');
  return form === 'logistic' ? scores.map((share) => Math.log(share / (1 - share))) : scores;
}

const readTree = (tree: UbjsonValue, output: number): PackedTree & { output: number } => ({
  left: integers(tree, 'left_children'),
  right: integers(tree, 'right_children'),
  feature: integers(tree, 'split_indices'),
  value: singles(tree, 'split_conditions'),
  missingLeft: Uint8Array.from(numbers(tree, 'default_left')),
  cover: singles(tree, 'sum_hessian'),
  leaves: noLeaves,
  output,
});
const noLeaves = new Float32Array();

/** For explanations; see `FittedModel.trees`. Covers are sums of second derivatives, as in libxgboost and shap. */
export function treesOf({ reading: { form }, base, trees }: TreeEnsemble): TreeModel {
  const about = { comparison: 'below', singlePrecision: true, link: linkOfForm[form] } as const;
  if (form !== 'shares' || base.length > 1) return { trees, base, ...about };
  // The share of class 0 is what class 1 leaves over: the same trees with their leaves turned round.
  const mirrored = trees.map((tree) => ({ ...tree, value: negatedLeaves(tree) }));
  const second = trees.map((tree) => ({ ...tree, output: 1 }));
  return { trees: [...mirrored, ...second], base: [1 - base[0], base[0]], ...about };
}

const negatedLeaves = ({ left, value }: DecisionTree): Float64Array =>
  Float64Array.from(value, (number, node) => (left[node] < 0 ? -number : number));

/** Nodes from the root on; pruned ones, which libxgboost leaves in its arrays, are not reached. */
export function reachableNodes({ left, right }: DecisionTree): number[] {
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

function integers(tree: UbjsonValue, name: string): Int32Array {
  const values = numbers(tree, name);
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

function singles(tree: UbjsonValue, name: string): Float32Array {
  const values = numbers(tree, name);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

function numbers(tree: UbjsonValue, name: string): ArrayLike<number> {
  const values = field(tree, name);
  if (ArrayBuffer.isView(values)) return values;
  return list(values).map(Number);
}
