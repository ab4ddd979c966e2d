import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';

const lengthBytes = 4;
const frameSchema = z.strictObject({ header: z.unknown(), lengths: z.array(z.number().int().min(0)) });

/** One array of bytes: length of the JSON header (uint32, big-endian), header, then the parts one after another. */
export function pack(header: unknown, parts: Uint8Array[]): Uint8Array {
  const frame: z.infer<typeof frameSchema> = { header, lengths: parts.map((part) => part.byteLength) };
  const json = Buffer.from(JSON.stringify(frame));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...parts]);
}

/**
 * What `pack` put together.
 * @param what names it in the error, such as `saved k-nearest-neighbours model`.
 * @throws RelevoError ARTIFACT_CORRUPT where the bytes are not of `pack`, torn, or the header not of the schema.
 */
export function unpack<Header>(
  bytes: Uint8Array,
  schema: z.ZodType<Header>,
  what: string,
): { header: Header; parts: Uint8Array[] } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const headerEnd = lengthBytes + buffer.readUInt32BE(0);
    const frame = frameSchema.parse(JSON.parse(buffer.toString('utf8', lengthBytes, headerEnd)));
    const header = schema.parse(frame.header);
    const expected = frame.lengths.reduce((sum, length) => sum + length, headerEnd);
    if (expected !== buffer.length) throw new RangeError(`expected ${expected} bytes, got ${buffer.length}`);
    let end = headerEnd;
    const parts = frame.lengths.map((length) => {
      end += length;
      return buffer.subarray(end - length, end);
    });
    return { header, parts };
  } catch (cause) {
    throw corrupt(what, cause);
  }
}

/** ARTIFACT_CORRUPT, for bytes that are not what they should be. */
export const corrupt = (what: string, cause?: unknown): RelevoError =>
  new RelevoError('ARTIFACT_CORRUPT', `The bytes are not a ${what}`, {}, { cause });

/** The same memory as bytes: no copy. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** @throws RangeError where the bytes are not so many doubles. */
export function doublesOf(bytes: Uint8Array, count: number): Float64Array {
  if (bytes.byteLength !== 8 * count)
    throw new RangeError(`expected ${count} doubles, got ${bytes.byteLength} bytes`);
  const doubles = new Float64Array(count);
  bytesOf(doubles).set(bytes);
  return doubles;
}
