import { expect, it } from 'vitest';
import { localPath } from './local-path.ts';

const here = 'https://relevo.example';

it.each([
  '/',
  '/docs',
  '/v1/runs?pipeline=steel-energy&limit=5',
  '/a//b',
  '/.//evil.example',
  '/%5Cevil',
  '/@evil',
])('keeps %j, which leads nowhere but here', (path) => {
  expect(localPath(path)).toBe(path);
  expect(new URL(path, here).origin).toBe(here);
});

it.each([
  ...['//evil.example', '/\\evil.example', '\\\\evil.example', '/\\/evil.example', '/a\\b'],
  ...['https://evil.example', 'https:evil.example', 'javascript:alert(1)', 'evil.example', ''],
  ...['/\t/evil.example', '/\n/evil.example', '/a\r\nset-cookie: x=1', ' //evil.example', '/ñ', '/a b'],
  `/${'a'.repeat(500)}`,
])('is no path of this server: %j', (text) => {
  expect(localPath(text)).toBeUndefined();
});
