import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zip } from '../../test/support/zip.ts';
import { canonicalSha256 } from './canonical.ts';
import { unpackMember } from './zip.ts';

const run = promisify(execFile);
const root = await mkdtemp(join(tmpdir(), 'relevo-download-'));
afterAll(() => rm(root, { recursive: true, force: true }));

/** Both addresses that `localhost` may have. */
const loopback = ['127.0.0.0/8', '::1/128'];
const csv = Buffer.from('date,x\n01/02/2018 00:15,4.0\n');
async function unpack(archive: Buffer, member = 'x.csv'): Promise<string> {
  const [path, target] = [join(root, 'a.zip'), join(root, 'a.csv')];
  await writeFile(path, archive);
  await unpackMember(path, member, target);
  return readFile(target, 'utf8');
}

describe('unpackMember', () => {
  it('writes the member', async () => expect(await unpack(zip('x.csv', csv))).toBe(csv.toString()));

  it.each<[string, Buffer, RegExp]>([
    ['another member', zip('y.csv', csv), /holds "y.csv"/],
    ['a path out of the archive', zip('../x.csv', csv), /invalid relative path/],
    ['no archive', Buffer.from('not a zip'), /cannot be read/],
    ['a cut archive', zip('x.csv', csv).subarray(0, 40), /cannot be read/],
    ['a bomb', zip('x.csv', Buffer.alloc(40_000_000)), /would unpack to 40000000 bytes/],
    ['a bomb that lies about its size', zip('x.csv', Buffer.alloc(4_000_000), 100), /unpack|bytes/],
  ])('refuses %s', async (_name, archive, message) => {
    await expect(unpack(archive)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(message),
    });
  });
});

/** A client that trusts the test's own certificate is a process of its own: Node reads it at start only. */
const client = `
import { csvSource } from ${JSON.stringify(fileURLToPath(new URL('./csv.ts', import.meta.url)))};
const [url, contentSha256, workDir, ...allowedNetworks] = process.argv.slice(1);
const spec = { kind: 'csv', delimiter: ',', missing: [], locations: [{ kind: 'download', url, member: 'x.csv', contentSha256 }] };
const context = { dataDir: undefined, workDir, allowedNetworks, signal: new AbortController().signal, onProgress() {} };
const answer = await csvSource.stage(spec, undefined, context).then(({ next }) => ({ rows: next.rows }), ({ code, message }) => ({ code, message }));
process.stdout.write(JSON.stringify(answer));
`;

const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);
describe.skipIf(!hasOpenssl)('a download (over TLS of a certificate that openssl makes)', () => {
  const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
  let url = '';
  let stop: () => void = () => undefined;

  beforeAll(async () => {
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ]);
    const server = createServer(
      { key: await readFile(key), cert: await readFile(cert) },
      (request, response) => {
        if (request.url === '/steel.zip') response.end(zip('x.csv', csv));
        else if (request.url === '/plain')
          response
            .writeHead(302, { location: `http://localhost:${(server.address() as AddressInfo).port}/` })
            .end();
        else response.writeHead(404).end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
    stop = () => server.close();
  });
  afterAll(() => stop());

  async function ask(path: string, sha256: string, ...networks: string[]) {
    const { stdout } = await run(
      process.execPath,
      [
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        client,
        `${url}${path}`,
        sha256,
        join(root, 'work'),
        ...networks,
      ],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: cert } },
    );
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  it('is unpacked, compared with its pin, and staged', async () => {
    const path = join(root, 'pinned.csv');
    await writeFile(path, csv);
    expect(await ask('/steel.zip', await canonicalSha256(path), ...loopback)).toEqual({ rows: 1 });
  });

  it('of other values is refused', async () =>
    expect(await ask('/steel.zip', '0'.repeat(64), ...loopback)).toMatchObject({
      code: 'SOURCE_CHECKSUM_MISMATCH',
    }));

  it('of a page that is gone is not there', async () =>
    expect(await ask('/gone', '0'.repeat(64), ...loopback)).toMatchObject({ code: 'SOURCE_UNAVAILABLE' }));

  it('is refused where it leaves TLS, and from an address that is not public', async () => {
    const refused = { code: 'URL_REFUSED' };
    expect(await ask('/plain', '0'.repeat(64), ...loopback)).toMatchObject(refused);
    expect(await ask('/steel.zip', '0'.repeat(64))).toMatchObject(refused);
  });
});
