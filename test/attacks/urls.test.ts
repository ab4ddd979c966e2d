import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchOutside, type OutsideOptions } from '../../net/fetch-outside.ts';

const schemes = ['https:', 'http:'] as const;
const limits = { maxBytes: 10_000, timeoutMs: 2_000 };
/** The server of a test is this machine's own; everything else of it stays out of reach. */
const here = { ...limits, schemes, networks: ['127.0.0.1/32'] };
const ask = (url: string, options: Partial<OutsideOptions> = {}): Promise<Response> =>
  fetchOutside(url, { ...limits, schemes, ...options });
const refusal = { code: 'URL_REFUSED' };

async function serving(listener: RequestListener): Promise<{ port: number; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}` };
}

describe('a URL to an address that is not public', () => {
  it.each([
    ['metadata of a cloud', 'http://169.254.169.254/latest/meta-data/iam/security-credentials/'],
    ['the same in decimal', 'http://2852039166/'],
    ['in hexadecimal', 'http://0xa9fea9fe/'],
    ['in octal', 'http://0251.0376.0251.0376/'],
    ['in mixed parts', 'http://169.0xfe.43518/'],
    ['mapped into IPv6', 'http://[::ffff:169.254.169.254]/'],
    ['mapped, in hexadecimal', 'http://[::ffff:a9fe:a9fe]/'],
    ['through NAT64', 'http://[64:ff9b::a9fe:a9fe]/'],
    ['through 6to4', 'http://[2002:a9fe:a9fe::]/'],
    ['metadata by IPv6', 'http://[fd00:ec2::254]/'],
    ['this machine', 'http://127.0.0.1:5432/'],
    ['this machine in short', 'http://127.1/'],
    ['this machine as zero', 'http://0/'],
    ['this machine by IPv6', 'http://[::1]/'],
    ['full-width digits', 'http://１２７.０.０.１/'],
    ['a private network', 'http://10.0.0.8/'],
    ['user and host mixed up', 'http://93.184.216.34@127.0.0.1/'],
  ])('is refused: %s', async (_name, url) => {
    await expect(ask(url)).rejects.toMatchObject(refusal);
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,x', 'gopher://127.0.0.1/'])(
    'is refused by its scheme: %s',
    async (url) => expect(ask(url)).rejects.toMatchObject(refusal),
  );
});

describe('a refusal', () => {
  const secret = 'T000-B000-XXXX';
  it.each([
    ['an address', `http://10.0.0.8/services/${secret}`, {}],
    ['a scheme', `ftp://hooks.example/services/${secret}`, {}],
    ['what a name leads to', `http://localhost/services/${secret}`, {}],
    ['a redirect', `/services/${secret}`, here],
  ])('of %s does not tell the path, which is the secret of a webhook', async (_name, url, options) => {
    const server = await serving((_request, response) => response.writeHead(302, { location: url }).end());
    const error = await ask(new URL(url, server.url).href, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(refusal);
    expect(JSON.stringify([String(error), error])).not.toContain(secret);
  });
});

describe('a name', () => {
  it('of this machine is refused', async () =>
    expect(ask('http://localhost/')).rejects.toMatchObject(refusal));

  it('that leads to metadata is refused, also where one of several addresses does', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ];
    await expect(ask('http://innocent.example/', { resolve })).rejects.toMatchObject(refusal);
  });

  it('that leads to no address fails', async () => {
    const resolve = async () => [];
    await expect(ask('http://nowhere.example/', { resolve })).rejects.toThrow('leads to no address');
  });

  it('is resolved once, and that address is connected to', async () => {
    const { port } = await serving((_request, response) => response.end('first'));
    let calls = 0;
    const resolve = async () => {
      calls += 1;
      return [{ address: calls === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    const response = await ask(`http://rebinding.example:${port}/`, { ...here, resolve });
    expect([await response.text(), calls]).toEqual(['first', 1]);
  });
});

describe('a redirect', () => {
  it.each(['http://169.254.169.254/', 'http://[::1]/', 'file:///etc/passwd', '//10.0.0.1/'])(
    'to %s is refused',
    async (location) => {
      const { url } = await serving((_request, response) => response.writeHead(302, { location }).end());
      await expect(ask(url, here)).rejects.toMatchObject(refusal);
    },
  );

  it('in a circle ends', async () => {
    const { url } = await serving((_request, response) => response.writeHead(302, { location: '/' }).end());
    await expect(ask(url, here)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('too often'),
    });
  });

  it('to another origin is not told the credentials', async () => {
    const told: (string | undefined)[] = [];
    const other = await serving((request, response) => {
      told.push(request.headers.authorization);
      response.end();
    });
    const { url } = await serving((request, response) => {
      told.push(request.headers.authorization);
      response.writeHead(307, { location: other.url }).end();
    });
    await ask(url, { ...here, headers: { Authorization: 'Bearer secret' } });
    expect(told).toEqual(['Bearer secret', undefined]);
  });
});

describe('an answer', () => {
  it('that is too long is cut off, announced or not', async () => {
    const { url } = await serving((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', 20_000);
      response.end('x'.repeat(20_000));
    });
    await expect(ask(`${url}/announced`, here)).rejects.toThrow('larger than 10000 bytes');
    await expect(ask(`${url}/chunked`, here).then((answer) => answer.text())).rejects.toThrow();
    expect((await ask(url, { ...here, method: 'HEAD' })).ok).toBe(true);
  });

  it('that drips is cut off', async () => {
    const { url } = await serving((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const answer = ask(url, { ...here, timeoutMs: 300 }).then((response) => response.text());
    await expect(answer).rejects.toThrow();
  });

  it('that is packed is not unpacked', async () => {
    const { url } = await serving((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.from('1f8b0800', 'hex'));
    });
    expect((await (await ask(url, here)).arrayBuffer()).byteLength).toBe(4);
  });
});
