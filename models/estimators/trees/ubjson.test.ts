import { expect, it } from 'vitest';
import { readUbjson } from './ubjson.ts';

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => Buffer.from(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
const long = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return `L${bytes.toString('latin1')}`;
};

it('reads the values that libxgboost writes', () => {
  const key = (name: string) => `${long(name.length)}${name}`;
  const document = bytesOf(
    `{${key('text')}S${long(3)}abc`,
    `${key('flag')}T${key('none')}Z`,
    `${key('numbers')}[${long(-2)}i`,
    [0xfe],
    'U',
    [0xfe],
    'I',
    [0x01, 0x00],
    'd',
    [0x3f, 0xc0, 0, 0],
    'D',
    [0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18],
    ']',
    `${key('floats')}[$d#${long(2)}`,
    [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0],
    `${key('longs')}[$L#${long(1)}${long(5).slice(1)}`,
    `${key('bytes')}[$U#${long(2)}`,
    [1, 255],
    '}',
  );
  expect(readUbjson(document)).toEqual({
    text: 'abc',
    flag: true,
    none: null,
    numbers: [-2, -2, 254, 256, 1.5, Math.PI],
    floats: Float32Array.of(1.5, -2),
    longs: Float64Array.of(5),
    bytes: Uint8Array.of(1, 255),
  });
});

it.each([
  ['nothing', bytesOf('')],
  ['an unknown marker', bytesOf('?')],
  ['an object without an end', bytesOf(`{${long(1)}aT`)],
  ['a text beyond the end', bytesOf(`S${long(9)}abc`)],
  ['a negative length', bytesOf(`S${long(-1)}abc`)],
  ['an array beyond the end', bytesOf(`[$d#${long(1e12)}`)],
])('refuses %s', (_, bytes) => {
  expect(() => readUbjson(bytes)).toThrow(RangeError);
});
