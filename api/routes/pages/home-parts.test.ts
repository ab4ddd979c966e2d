import { expect, it } from 'vitest';
import type { Principal } from '../../security/principal.ts';
import { codecEndpointFor, linksFor } from './home-parts.ts';

const ana: Principal = {
  ...{ kind: 'session', actor: 'user:ana' },
  grants: [{ role: 'engineer', pipeline: '*' }],
};
const temporalUi = { url: 'http://127.0.0.1:8233', namespace: 'default' };
type Deps = Parameters<typeof codecEndpointFor>[0];
const deps = { temporalUi, codec: { payloads: {}, origins: [] } } as unknown as Deps;

it.each([
  ['http://127.0.0.1:3000/', 'http://127.0.0.1:8233/', 'http://127.0.0.1:3000/codec'],
  ['http://localhost:3000/', 'http://localhost:8233/', 'http://localhost:3000/codec'],
  // TLS makes another site of the same host, whose pages get no cookie.
  ['https://localhost:3000/', 'http://localhost:8233/', undefined],
  ['http://relevo.plant.example/', undefined, undefined],
])('from %s the Temporal UI is at %s, and has payloads decrypted at %s', (here, temporal, codec) => {
  const links = linksFor(deps, ana, new URL(here));
  expect(links.find(({ text }) => text === 'temporal')?.path).toBe(temporal);
  expect(codecEndpointFor(deps, ana, new URL(here))).toBe(codec);
});

it('nobody is told where to decrypt who may not, or need not', () => {
  const here = new URL('http://localhost:3000/');
  const viewer: Principal = { ...ana, grants: [{ role: 'viewer', pipeline: '*' }] };
  expect(codecEndpointFor(deps, viewer, here)).toBeUndefined();
  expect(codecEndpointFor(deps, { ...ana, kind: 'development' }, here)).toBeUndefined();
  const plain = { ...deps, codec: { payloads: undefined, origins: [] } };
  expect(codecEndpointFor(plain, ana, here)).toBeUndefined();
  expect(linksFor({ ...deps, temporalUi: undefined }, ana, here).map(({ text }) => text)).not.toContain(
    'temporal',
  );
});
