import { RelevoError } from '../../../../contracts/errors.ts';
import type { PackedTree } from '../packed/tree.ts';

/** Bits of `decision_type`: a category, default left, then the kind of missing value in two bits. */
const isCategory = 1;
const defaultLeft = 2;
const missingIsNan = 8;
const missingIsZero = 4;

/**
 * The trees of a model that LightGBM saved as text (version 3 and 4), in the order of its file; its thresholds are
 * at most (≤), those here below (<) in single precision, and they part all single-precision numbers alike.
 * @throws RelevoError ARTIFACT_CORRUPT on other text, and on categories and linear leaves.
 */
export function readLightgbmText(text: string): { trees: PackedTree[]; columns: number; perRound: number } {
  try {
    const [head, ...blocks] = text.slice(0, text.indexOf('end of trees')).split(/^Tree=\d+$/m);
    const fields = fieldsOf(head);
    const trees = blocks.map((block) => readTree(fieldsOf(block)));
    if (trees.length === 0) throw new RangeError('no trees');
    return {
      trees,
      columns: integer(fields, 'max_feature_idx') + 1,
      perRound: integer(fields, 'num_tree_per_iteration'),
    };
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The text is not a LightGBM model', {}, { cause });
  }
}

type Fields = Map<string, string>;
const fieldsOf = (block: string): Fields =>
  new Map(
    block
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

function numbers(fields: Fields, name: string, length: number): number[] {
  const text = fields.get(name);
  const values = text === undefined || text === '' ? [] : text.split(' ').map(numberOf);
  if (values.length !== length || values.some(Number.isNaN)) throw new RangeError(`a bad "${name}"`);
  return values;
}

const numberOf = (text: string): number => (text === 'inf' ? Infinity : Number(text));

function integer(fields: Fields, name: string): number {
  const [value] = numbers(fields, name, 1);
  if (!Number.isInteger(value)) throw new RangeError(`a bad "${name}"`);
  return value;
}

/** Inner nodes first, as in LightGBM; its child −1 − k is leaf k. */
function readTree(fields: Fields): PackedTree {
  const leaves = integer(fields, 'num_leaves');
  const inner = leaves - 1;
  if (integer(fields, 'num_cat') !== 0 || fields.get('is_linear') === '1')
    throw new RangeError('categories or linear leaves');
  const ofInner = (name: string): number[] => numbers(fields, name, inner);
  const child = (value: number): number => (value < 0 ? inner - 1 - value : value);
  const none = new Array<number>(leaves).fill(-1);
  const blank = new Array<number>(leaves).fill(0);
  const types = plain(ofInner('decision_type'));
  const thresholds = ofInner('threshold');
  return {
    left: Int32Array.from([...ofInner('left_child').map(child), ...none]),
    right: Int32Array.from([...ofInner('right_child').map(child), ...none]),
    feature: Int32Array.from([...ofInner('split_feature'), ...blank]),
    value: Float32Array.from([...thresholds.map(justAbove), ...numbers(fields, 'leaf_value', leaves)]),
    missingLeft: Uint8Array.from([...types.map((type, i) => goesLeft(type, thresholds[i])), ...blank]),
    cover: Float32Array.from([...ofInner('internal_count'), ...counts(fields, leaves)]),
    leaves: new Float32Array(),
  };
}

/** Of a tree without a cut LightGBM writes no counts. */
const counts = (fields: Fields, leaves: number): number[] =>
  leaves === 1 ? [0] : numbers(fields, 'leaf_count', leaves);

function plain(types: number[]): number[] {
  if (types.some((type) => type & (isCategory | missingIsZero)))
    throw new RangeError('a category, or a zero that is missing');
  return types;
}

/** Where training saw no missing value, LightGBM takes one for a zero. */
const goesLeft = (type: number, threshold: number): number =>
  Number(type & missingIsNan ? (type & defaultLeft) !== 0 : threshold >= 0);

const scratch = new Float32Array(1);
const bits = new Int32Array(scratch.buffer);
const largest = (2 - 2 ** -23) * 2 ** 127;
/** The least single-precision number above the threshold; LightGBM parts missing values alone by a huge one. */
function justAbove(threshold: number): number {
  if (threshold >= largest) return largest;
  scratch[0] = threshold;
  if (scratch[0] > threshold) return scratch[0];
  if (scratch[0] === 0) return 2 ** -149;
  bits[0] += scratch[0] > 0 ? 1 : -1;
  return scratch[0];
}
