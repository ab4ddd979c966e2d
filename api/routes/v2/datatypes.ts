import { isUtf8 } from 'node:buffer';
import { RelevoError } from '../../../contracts/errors.ts';

/** A cell of a tensor; null where a floating-point one is not a number, which is how a value is missing there. */
export type Cell = number | string | boolean | null;

/** Reads so many elements of little-endian bytes. */
type Reader = (bytes: Buffer, elements: number, tensor: string) => Cell[];

const fixed =
  (width: number, read: (bytes: Buffer, offset: number) => Cell): Reader =>
  (bytes, elements, tensor) => {
    if (bytes.length !== width * elements)
      throw sizeWrong(tensor, bytes.length, `${width * elements} bytes: ${elements} elements of ${width}`);
    return Array.from({ length: elements }, (_, at) => read(bytes, width * at));
  };

const float = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** The protocol's datatypes that tabular columns can have, with how their binary form is read. */
export const datatypes = {
  BOOL: fixed(1, (bytes, at) => bytes[at] !== 0),
  UINT8: fixed(1, (bytes, at) => bytes.readUInt8(at)),
  UINT16: fixed(2, (bytes, at) => bytes.readUInt16LE(at)),
  UINT32: fixed(4, (bytes, at) => bytes.readUInt32LE(at)),
  UINT64: fixed(8, (bytes, at) => Number(bytes.readBigUInt64LE(at))),
  INT8: fixed(1, (bytes, at) => bytes.readInt8(at)),
  INT16: fixed(2, (bytes, at) => bytes.readInt16LE(at)),
  INT32: fixed(4, (bytes, at) => bytes.readInt32LE(at)),
  INT64: fixed(8, (bytes, at) => Number(bytes.readBigInt64LE(at))),
  FP32: fixed(4, (bytes, at) => float(bytes.readFloatLE(at))),
  FP64: fixed(8, (bytes, at) => float(bytes.readDoubleLE(at))),
  BYTES: readTexts,
} satisfies Record<string, Reader>;
export type Datatype = keyof typeof datatypes;
export const datatypeNames = Object.keys(datatypes) as [Datatype, ...Datatype[]];

/** Each text has its length in bytes before it, as 32 bits. */
function readTexts(bytes: Buffer, elements: number, tensor: string): string[] {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < elements) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (end > bytes.length)
      throw sizeWrong(
        tensor,
        bytes.length,
        `${elements} texts, each after its length; text ${texts.length} ends beyond`,
      );
    const text = bytes.subarray(at + 4, end);
    if (!isUtf8(text))
      throw new RelevoError(
        'REQUEST_UNPROCESSABLE',
        `Text ${texts.length} of the input "${tensor}" is not UTF-8.`,
        {
          field: tensor,
          expected: 'UTF-8',
          where: `element ${texts.length}`,
        },
      );
    texts.push(text.toString('utf8'));
    at = end;
  }
  if (at !== bytes.length) throw sizeWrong(tensor, bytes.length, `${at} bytes: ${elements} texts`);
  return texts;
}

const sizeWrong = (tensor: string, bytes: number, expected: string): RelevoError =>
  new RelevoError(
    'REQUEST_UNPROCESSABLE',
    `The input "${tensor}" has ${bytes} bytes; expected ${expected}.`,
    {
      field: tensor,
      value: bytes,
      expected,
    },
  );

/** Writes numbers as FP64 in the binary form. */
export function doublesToBytes(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(8 * values.length);
  for (let at = 0; at < values.length; at++) bytes.writeDoubleLE(values[at], 8 * at);
  return bytes;
}

/** Writes texts as BYTES in the binary form. */
export function textsToBytes(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const content = Buffer.from(text, 'utf8');
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32LE(content.length);
      return [length, content];
    }),
  );
}
