import { expect, it } from 'vitest';
import { isFromOwnPage } from './own-page.ts';

const host = 'relevo.plant.example:3000';
const own = `http://${host}`;

it.each<[string, Record<string, string>, boolean]>([
  ['a page of ours', { 'sec-fetch-site': 'same-origin', origin: own }, true],
  ['a person', { 'sec-fetch-site': 'none' }, true],
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, false],
  [
    'another server of this site',
    { 'sec-fetch-site': 'same-site', origin: 'http://relevo.plant.example' },
    false,
  ],
  ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: own }, false],
  ['a page of ours over plain HTTP', { origin: own }, true],
  ['another site over plain HTTP', { origin: 'http://evil.example' }, false],
  ['another port over plain HTTP', { origin: 'http://relevo.plant.example:8080' }, false],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['a page behind a proxy that changes the host', { origin: 'https://relevo.example' }, true],
  ['a program', {}, true],
])('%s', (_, headers, isOwn) => {
  expect(isFromOwnPage({ host, ...headers }, 'https://relevo.example')).toBe(isOwn);
});
