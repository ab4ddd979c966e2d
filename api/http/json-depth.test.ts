import { expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { demandShallow } from './json-depth.ts';

const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

it.each([
  ['a number', '1'],
  ['the deepest that may be', lists(limits.jsonDepth)],
  ['many beside one another', `[${'[],'.repeat(1_000)}{}]`],
  ['brackets in a text', JSON.stringify({ a: '['.repeat(1_000) })],
  ['brackets behind a quote in a text', JSON.stringify(['"[[['.repeat(500), '\\'.repeat(999), '[['])],
  ['what is no JSON', ']]]]"[['],
])('lets %s by', (_name, text) => expect(() => demandShallow(text)).not.toThrow());

it.each([
  ['lists', lists(limits.jsonDepth + 1)],
  ['objects', '{"a":'.repeat(limits.jsonDepth + 1)],
  ['lists behind a text', `["\\\\",${lists(limits.jsonDepth)}]`],
])('refuses %s beyond the limit', (_name, text) =>
  expect(() => demandShallow(text)).toThrow('nested too deeply'),
);
