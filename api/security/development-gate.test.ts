import { describe, expect, it } from 'vitest';
import { isAuthRequired } from '../../contracts/auth.ts';
import { parseEnvironment } from '../../contracts/env.ts';
import { createDevelopmentGate } from './development-gate.ts';

const gate = createDevelopmentGate(['https://control.plant.example']);
const request = (method: string, headers: Record<string, string>) => ({
  ...{ method, path: '/predict', headers, remoteAddress: '127.0.0.1' },
});

describe('the gate of development', () => {
  it.each([
    ['GET', { host: 'localhost:3000' }],
    ['POST', { host: '127.0.0.1:3000' }],
    ['POST', { host: '[::1]:3000', origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' }],
    [
      'POST',
      { host: '127.0.0.1:3000', origin: 'https://control.plant.example', 'sec-fetch-site': 'cross-site' },
    ],
    ['POST', { host: '127.0.0.1:3000', origin: 'http://localhost:8233', 'sec-fetch-site': 'cross-site' }],
    ['GET', { host: '127.0.0.1:3000', origin: 'https://evil.example' }],
  ])('lets by %s with %j', async (method, headers) => {
    expect((await gate(request(method, headers))).principal.kind).toBe('development');
  });

  it.each([
    ['GET', { host: 'evil.example' }],
    ['GET', { host: '127.0.0.1.evil.example:3000' }],
    ['GET', { host: 'localhost.evil.example' }],
    ['POST', { host: '127.0.0.1:3000', origin: 'https://evil.example' }],
    ['POST', { host: '127.0.0.1:3000', origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['DELETE', { host: '127.0.0.1:3000', 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s with %j: another page in a browser here', (method, headers) => {
    expect(() => gate(request(method, headers))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

describe('whether authentication is demanded', () => {
  const required = (settings: Record<string, string>): boolean => isAuthRequired(parseEnvironment(settings));

  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ RELEVO_HOST: '::1' }, false],
    [{ RELEVO_AUTH: 'required' }, true],
    [{ RELEVO_HOST: '0.0.0.0' }, true],
    [{ RELEVO_HOST: '10.1.2.3' }, true],
    [{ NODE_ENV: 'production' }, true],
  ])('with %j: %s', (settings, expected) => expect(required(settings)).toBe(expected));

  it.each<Record<string, string>>([
    { RELEVO_AUTH: 'none', RELEVO_HOST: '0.0.0.0' },
    { RELEVO_AUTH: 'none', RELEVO_HOST: 'plant.example' },
    { RELEVO_AUTH: 'none', NODE_ENV: 'production' },
  ])('refuses to start with %j', (settings) =>
    expect(() => required(settings)).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        details: expect.objectContaining({ field: 'RELEVO_AUTH' }),
      }),
    ),
  );
});
