import { createHash } from 'node:crypto';
import type { GrowTask } from './protocol.ts';

/** Where a fit stands after some rounds. */
export interface GrowthState {
  /** Rounds done. */
  rounds: number;
  /** Validation score of each round done; empty without validation rows. */
  scores: number[];
}

const magic = Buffer.from('relevo-trees-2\n');

/** One buffer: the magic line, the header's length (4 bytes), the header as JSON, the booster. */
export function encodeCheckpoint(identity: string, state: GrowthState, booster: Uint8Array): Uint8Array {
  const header = Buffer.from(JSON.stringify({ identity, ...state, boosterBytes: booster.byteLength }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.byteLength);
  return Buffer.concat([magic, length, header, booster]);
}

/** The state and the booster; undefined where the bytes are torn or belong to another fit. */
export function decodeCheckpoint(
  identity: string,
  bytes: Uint8Array | undefined,
): { state: GrowthState; booster: Uint8Array } | undefined {
  if (bytes === undefined) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerAt = magic.byteLength + 4;
  if (buffer.byteLength < headerAt || !buffer.subarray(0, magic.byteLength).equals(magic)) return undefined;
  const boosterAt = headerAt + buffer.readUInt32LE(magic.byteLength);
  const header = parse(buffer.subarray(headerAt, boosterAt));
  if (header?.identity !== identity || header.boosterBytes !== buffer.byteLength - boosterAt)
    return undefined;
  return {
    state: { rounds: header.rounds, scores: header.scores },
    booster: buffer.subarray(boosterAt),
  };
}

function parse(text: Buffer): (GrowthState & { identity: string; boosterBytes: number }) | undefined {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}

/** Names a fit by everything that decides its bits: growth, library, threads, the model that it goes on from and the rows themselves. */
export function fitIdentity(task: GrowTask, libraryVersion: string, rowsDigest: string): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([libraryVersion, task.threads, task.growth, rowsDigest]));
  if (task.start) hash.update(task.start.mode).update(task.start.model);
  return hash.digest('hex');
}
