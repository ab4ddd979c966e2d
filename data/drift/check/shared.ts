import type { ColumnPair, PreparedReference, Values } from './types.ts';

/**
 * Memory that a lane's columns are copied into one after another, for a thread to read: what is sent to a thread would
 * be garbage there, which gathers for long since the collector sees how small the owners of buffers are.
 */
export interface LaneMemory {
  reference: SharedArrayBuffer;
  current: SharedArrayBuffer;
}

/** Memory of no size: `onLane` lets it grow to the largest column it was given, and it never shrinks. */
export const newLaneMemory = (): LaneMemory => ({
  reference: new SharedArrayBuffer(0),
  current: new SharedArrayBuffer(0),
});

/** The pair on the lane's memory; a prepared reference stays as it is. */
export function onLane(pair: ColumnPair, memory: LaneMemory): ColumnPair {
  const put = <Side extends Values | PreparedReference>(values: Side, side: keyof LaneMemory): Side => {
    if (values instanceof Float64Array) return numbersOn(values, memory, side) as Side;
    return 'codes' in values ? { ...values, codes: codesOn(values.codes, memory, side) } : values;
  };
  return { ...pair, reference: put(pair.reference, 'reference'), current: put(pair.current, 'current') };
}

function numbersOn(values: Float64Array, memory: LaneMemory, side: keyof LaneMemory): Float64Array {
  const shared = new Float64Array(room(memory, side, values.byteLength), 0, values.length);
  shared.set(values);
  return shared;
}

function codesOn(codes: Int32Array, memory: LaneMemory, side: keyof LaneMemory): Int32Array {
  const shared = new Int32Array(room(memory, side, codes.byteLength), 0, codes.length);
  shared.set(codes);
  return shared;
}

function room(memory: LaneMemory, side: keyof LaneMemory, bytes: number): SharedArrayBuffer {
  if (memory[side].byteLength < bytes) memory[side] = new SharedArrayBuffer(bytes);
  return memory[side];
}
