import { z } from 'zod';
import { RelevoError } from '../../../../contracts/errors.ts';
import type { FittedModel } from '../../../../contracts/estimator.ts';
import { forms } from '../form.ts';
import { packedModel } from '../packed/model.ts';
import type { PackedForest, PackedTree } from '../packed/tree.ts';

const magic = Buffer.from('relevo-extra-trees-1\n');
const headerSchema = z.object({
  form: z.enum(forms),
  base: z.array(z.number()).min(1),
  columns: z.number().int().min(1),
  /** Nodes and values in leaves of each tree. */
  sizes: z.array(z.tuple([z.number().int().min(1), z.number().int().min(0)])).min(1),
});

/** Fields in the order in which they are stored. */
const nodeFields = ['left', 'right', 'feature', 'value', 'cover'] as const;
const wordBytes = 4;
const bytesOfTree = ([nodes, leaves]: readonly [number, number]): number =>
  wordBytes * (nodeFields.length * nodes + leaves + Math.ceil(nodes / wordBytes));

/**
 * The magic line, the header's length (4 bytes), the header as JSON padded to whole words, then each tree's arrays,
 * little-endian; in shared memory.
 */
export function encodeForest({ reading, columns, trees }: PackedForest): Uint8Array {
  const sizes = trees.map(({ left, leaves }): [number, number] => [left.length, leaves.length]);
  const json = JSON.stringify({ ...reading, columns, sizes });
  const start = magic.byteLength + wordBytes;
  const bodyAt = Math.ceil((start + Buffer.byteLength(json)) / wordBytes) * wordBytes;
  const size = sizes.reduce((sum, each) => sum + bytesOfTree(each), bodyAt);
  const bytes = Buffer.from(new SharedArrayBuffer(size));
  magic.copy(bytes);
  bytes.writeUInt32LE(bodyAt - start, magic.byteLength);
  bytes.write(json.padEnd(bodyAt - start), start);
  let at = bodyAt;
  trees.forEach((tree, index) => {
    copyTree(viewTree(bytes, at, sizes[index]), tree);
    at += bytesOfTree(sizes[index]);
  });
  return bytes;
}

/** @throws RelevoError ARTIFACT_CORRUPT on other bytes. */
export function decodeForest(given: Uint8Array): PackedForest {
  try {
    const bytes = Buffer.from(new SharedArrayBuffer(given.byteLength));
    bytes.set(given);
    if (!bytes.subarray(0, magic.byteLength).equals(magic)) throw new RangeError('another magic line');
    const start = magic.byteLength + wordBytes;
    let at = start + bytes.readUInt32LE(magic.byteLength);
    const { form, base, columns, sizes } = headerSchema.parse(JSON.parse(bytes.toString('utf8', start, at)));
    const expected = sizes.reduce((sum, each) => sum + bytesOfTree(each), at);
    if (expected !== bytes.byteLength) throw new RangeError('another length');
    const trees = sizes.map((each) => {
      const tree = viewTree(bytes, at, each);
      at += bytesOfTree(each);
      return tree;
    });
    return { reading: { form, base }, columns, trees };
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a forest of extra trees', {}, { cause });
  }
}

function viewTree(bytes: Uint8Array, start: number, [nodes, leaves]: readonly [number, number]): PackedTree {
  let at = bytes.byteOffset + start;
  const take = (length: number): number => {
    const here = at;
    at += length * wordBytes;
    return here;
  };
  const { buffer } = bytes;
  return {
    left: new Int32Array(buffer, take(nodes), nodes),
    right: new Int32Array(buffer, take(nodes), nodes),
    feature: new Int32Array(buffer, take(nodes), nodes),
    value: new Float32Array(buffer, take(nodes), nodes),
    cover: new Float32Array(buffer, take(nodes), nodes),
    leaves: new Float32Array(buffer, take(leaves), leaves),
    missingLeft: new Uint8Array(buffer, at, nodes),
  };
}

function copyTree(to: PackedTree, from: PackedTree): void {
  for (const field of nodeFields) to[field].set(from[field]);
  to.leaves.set(from.leaves);
  to.missingLeft.set(from.missingLeft);
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a forest. */
export async function loadExtraTrees(bytes: Uint8Array): Promise<FittedModel> {
  return packedModel(bytes.slice(), decodeForest(bytes));
}
