import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request, Server as TlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../test/support/api.ts';
import { followCertificate, readCertificate } from './tls.ts';

const run = promisify(execFile);
const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);
const log = pino({ level: 'silent' });

describe.skipIf(!hasOpenssl)('TLS (with certificates that openssl makes)', () => {
  let folder: string;
  let api: TestApi;
  const at = (name: string): string => join(folder, name);
  const settings = () => ({ RELEVO_TLS_CERT: at('live.pem'), RELEVO_TLS_KEY: at('live.key') });
  const make = (name: string): Promise<unknown> =>
    run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`],
      ...['-addext', 'subjectAltName=IP:127.0.0.1'],
    ]);
  const use = async (name: string): Promise<void> => {
    await cp(at(`${name}.key`), at('live.key'));
    await cp(at(`${name}.pem`), at('live.pem'));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relevo-tls-'));
    await Promise.all([make('first'), make('second')]);
    await use('first');
    api = await startApi({ source: fileChampions(), certificate: await readCertificate(settings()) });
  });
  afterAll(async () => {
    await api.close();
    await rm(folder, { recursive: true });
  });

  /** Asks on a connection of its own; gives the answer and whose certificate it came under. */
  const ask = (path: string, options: object = {}) =>
    new Promise<{ answer: IncomingMessage; subject: string; protocol: string | null }>((resolve, reject) => {
      const call = request(
        api.url + path,
        { agent: false, rejectUnauthorized: false, ...options },
        (answer) => {
          const socket = answer.socket as TLSSocket;
          const subject = String(socket.getPeerCertificate().subject.CN);
          answer.resume();
          resolve({ answer, subject, protocol: socket.getProtocol() });
        },
      );
      call.on('error', reject).end();
    });

  it('answers under the certificate, and tells browsers to stay with TLS', async () => {
    const ca = await readFile(at('first.pem'));
    const { answer, protocol } = await ask('/health', { ca, rejectUnauthorized: true });
    expect([answer.statusCode, protocol]).toEqual([200, 'TLSv1.3']);
    expect(answer.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
  });

  it('speaks nothing older than TLS 1.2, and no plain HTTP', async () => {
    await expect(ask('/health', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
    await expect(fetch(api.url.replace('https', 'http'))).rejects.toThrow();
  });

  it('takes up a renewed certificate, and keeps the old one while the files are broken', async () => {
    if (!(api.server instanceof TlsServer)) throw new Error('no TLS');
    const following = followCertificate(api.server, settings(), log, 50);
    onTestFinished(() => following.stop());
    await writeFile(at('live.pem'), 'half a certificate');
    process.emit('SIGHUP', 'SIGHUP');
    expect((await ask('/health')).subject).toBe('first');
    await use('second');
    await expect.poll(async () => (await ask('/health')).subject, { timeout: 10_000 }).toBe('second');
  });

  it.each([
    ['a missing file', () => ({ ...settings(), RELEVO_TLS_CERT: at('gone.pem') }), 'cannot be read'],
    ['a key alone', () => ({ ...settings(), RELEVO_TLS_CERT: undefined }), 'RELEVO_TLS_CERT is not set'],
    [
      "another certificate's key",
      () => ({ RELEVO_TLS_CERT: at('first.pem'), RELEVO_TLS_KEY: at('second.key') }),
      'cannot be used together',
    ],
    [
      'a key in place of the certificate',
      () => ({ RELEVO_TLS_CERT: at('first.key'), RELEVO_TLS_KEY: at('first.key') }),
      'cannot be used together',
    ],
  ])('refuses %s', async (_name, wrong, message) => {
    await expect(readCertificate(wrong())).rejects.toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('is off where nothing is set', async () =>
    expect(await readCertificate({ RELEVO_TLS_CERT: undefined, RELEVO_TLS_KEY: undefined })).toBeUndefined());
});
