import { expect, it } from 'vitest';
import { z } from 'zod';
import { fromZod } from './errors.ts';

/** What somebody hears who gives a schema this. */
function said(schema: z.ZodType, value: unknown): unknown {
  const parsed = z.object({ x: schema }).safeParse({ x: value });
  if (parsed.success) throw new Error('nothing was refused');
  return fromZod(parsed.error, 'body', { x: value }).details.expected;
}
const shift = z.strictObject({ shift: z.number() });

it.each<[string, z.ZodType, unknown]>([
  ['a number', z.number(), 'x'],
  ['a list', z.array(z.number()), 3],
  ['an object {…}', shift, 3],
  ['true or false', z.boolean(), 'yes'],
  ['a text of at least 1 character', z.string().min(1), ''],
  ['a text of at most 3 characters', z.string().max(3), 'four'],
  ['a list of at least 2 elements', z.array(z.number()).min(2), [1]],
  ['a number of at least 1', z.number().min(1), 0],
  ['a number of more than 0', z.number().positive(), 0],
  ['a whole number of at most 9007199254740991', z.number().int(), 1e30],
  ['one of day, hour', z.enum(['day', 'hour']), 'week'],
  ['one of day, hour, or an object {…}', z.union([z.enum(['day', 'hour']), shift]), 'week'],
  ['a moment such as "2026-11-22T06:30:00Z"', z.iso.datetime({ offset: true }), 'now'],
  ['an alias', z.string().regex(/^\w+$/, 'an alias'), '@'],
  [
    'one of train, ingest',
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('train') }),
      z.object({ kind: z.literal('ingest') }),
    ]),
    { kind: 'trian' },
  ],
])('"%s" is what is expected', (expected, schema, value) => {
  expect(said(schema, value)).toBe(expected);
});
