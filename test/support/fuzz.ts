import type { Random } from '../../models/random.ts';

const words = [
  ...['null', 'true', '-0', '1e400', '1e-400', '9007199254740993', '"\\u0000"', '"\\ud800"', '"__proto__"'],
  ...['{}', '[]', '[[[[]]]]', '{"constructor":{"prototype":{"x":1}}}', '"2026-13-45"', '""', '"\u{1F600}"'],
];
const bytes = [0x00, 0x22, 0x2c, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x80, 0xc3, 0xed, 0xff];

const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)];

/** A value that is another, which leaves JSON in most cases. */
function anotherValue(body: Buffer, random: Random): Buffer {
  const text = body.toString('latin1');
  const values = [...text.matchAll(/(?<=[:[,])("[^"]*"|-?[\d.]+)/g)];
  if (values.length === 0) return body;
  const found = pick(random, values);
  const end = found.index + found[0].length;
  return Buffer.concat([body.subarray(0, found.index), Buffer.from(pick(random, words)), body.subarray(end)]);
}

const changes: ((body: Buffer, random: Random) => Buffer)[] = [
  // A byte that is another.
  (body, random) => {
    const copy = Buffer.from(body);
    if (copy.length > 0) copy[random.integer(copy.length)] = pick(random, bytes);
    return copy;
  },
  // A body that ends too soon, or lacks its middle, or says a part twice.
  (body, random) => body.subarray(0, random.integer(body.length + 1)),
  (body, random) => {
    const [from, to] = [random.integer(body.length + 1), random.integer(body.length + 1)].sort(
      (a, b) => a - b,
    );
    return Buffer.concat([body.subarray(0, from), body.subarray(to)]);
  },
  (body, random) => {
    const from = random.integer(body.length + 1);
    return Buffer.concat([body.subarray(0, from), body.subarray(random.integer(from + 1))]);
  },
  ...[anotherValue, anotherValue, anotherValue, anotherValue],
  // Nested deeper than anybody asks.
  (body, random) => {
    const depth = random.integer(3_000);
    return Buffer.concat([Buffer.from('['.repeat(depth)), body, Buffer.from(']'.repeat(depth))]);
  },
];

/** A body that somebody got wrong: a good one after one to four changes. */
export function fuzzed(good: readonly Buffer[], random: Random): Buffer {
  let body = pick(random, good);
  for (let i = random.integer(3); i >= 0; i--) body = pick(random, changes)(body, random);
  return body;
}
