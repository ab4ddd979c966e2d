import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { environmentSchema } from './env.ts';

const readme = readFileSync('README.md', 'utf8');

it('lists every setting in its table, and none that does not exist', () => {
  const table = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Measured'));
  const listed = [...table.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map((match) => match[1]);
  expect(listed.sort()).toEqual(Object.keys(environmentSchema.shape).sort());
});

it('names only commands that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1]);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
