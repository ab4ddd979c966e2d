import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { followRun } from './follow.ts';
import { createApiClient, queryOf } from './http.ts';
import { pipelinesSchema, readySchema } from './schemas.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A server on this machine that answers as told. */
async function serve(listener: RequestListener): Promise<ReturnType<typeof createApiClient>> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return createApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'es');
}

async function refusal(work: Promise<unknown>): Promise<RelevoError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof RelevoError) return error;
  throw new Error(`expected a RelevoError, got ${String(error)}`);
}

describe('a query', () => {
  it('holds what is given, in its order', () => {
    const query = queryOf({ limit: 20, pipeline: undefined, state: 'a&b' });
    expect(String(query)).toBe('limit=20&state=a%26b');
  });
});

describe('the client', () => {
  it('gives the API error as it is, details and all', async () => {
    const client = await serve((_, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      const error = {
        code: 'PIPELINE_NOT_FOUND',
        message: 'no',
        field: 'pipeline',
        expected: 'one of a',
        requestId: 'r1',
      };
      response.end(JSON.stringify({ error }));
    });
    const error = await refusal(client.get('/v1/pipelines/b', pipelinesSchema));
    expect([error.code, error.details.field, error.details.expected]).toEqual([
      'PIPELINE_NOT_FOUND',
      'pipeline',
      'one of a',
    ]);
  });

  it.each([
    ['a page of something else', 200, '<html>'],
    ['an error of something else', 502, 'Bad Gateway'],
    ['JSON of another shape', 200, '{"pipelines": 3}'],
    ['an unknown code', 400, '{"error": {"code": "NEW", "message": "x"}}'],
  ])('says that %s is not the API', async (_, status, body) => {
    const client = await serve((_request, response) => response.writeHead(status).end(body));
    const error = await refusal(client.get('/v1/pipelines', pipelinesSchema));
    expect(error.code).toBe('API_UNREACHABLE');
  });

  it('says that nobody answers, and what to do', async () => {
    const client = await serve(() => {});
    server?.close();
    const error = await refusal(client.get('/v1/pipelines', pipelinesSchema));
    expect(error.code).toBe('API_UNREACHABLE');
    expect(error.details.remedy).toContain('relevo up');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('reads an answer that is no success where it carries what was asked for', async () => {
    const body = { status: 'starting', checks: { database: 'away' }, champions: [] };
    const client = await serve((_, response) => response.writeHead(503).end(JSON.stringify(body)));
    expect(await client.get('/ready', readySchema)).toEqual(body);
  });

  it('asks in the language of the person', async () => {
    let asked: string | undefined;
    const client = await serve((request, response) => {
      asked = request.headers['accept-language'];
      response.end('{"pipelines": []}');
    });
    await client.get('/v1/pipelines', pipelinesSchema);
    expect(asked).toBe('es');
  });
});

const id = 'train/p/1';
const ended = {
  id,
  kind: 'train',
  pipeline: 'p',
  links: {},
  state: 'completed',
  startedAt: '2026-11-21T00:00:00Z',
  result: { modelVersion: '1.0.0' },
};
const progress = (fraction: number): string =>
  `event: progress\ndata: ${JSON.stringify({ state: 'running', progress: { phase: 'fit', fraction, steps: [] } })}\n\n`;

describe('following a run', () => {
  it('goes on over a stream that breaks off, to the end', async () => {
    let opened = 0;
    const client = await serve((request, response) => {
      expect(request.url).toBe('/v1/runs/train%2Fp%2F1/events');
      opened += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(progress(opened / 10));
      if (opened === 1) return void setTimeout(() => response.destroy(), 50);
      response.end(`: beat\n\nevent: end\ndata: ${JSON.stringify(ended)}\n\n`);
    });
    const fractions: (number | undefined)[] = [];
    let away = 0;
    const run = await followRun(client, id, {
      signal: new AbortController().signal,
      onChange: ({ progress: now }) => fractions.push(now?.fraction),
      onAway: () => {
        away += 1;
      },
    });
    expect(run).toMatchObject({ state: 'completed', result: { modelVersion: '1.0.0' } });
    expect([fractions, away]).toEqual([[0.1, 0.2], 1]);
  });

  it('gives up on an API that stays away', async () => {
    const client = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(progress(0.1));
      setTimeout(() => {
        response.destroy();
        server?.close();
      }, 50);
    });
    const following = followRun(client, id, {
      signal: new AbortController().signal,
      onChange: () => {},
      onAway: () => {},
      patienceMs: 1500,
    });
    expect((await refusal(following)).code).toBe('API_UNREACHABLE');
  });

  it('does not wait for a run that does not exist', async () => {
    const client = await serve((_, response) =>
      response.writeHead(404).end('{"error": {"code": "RUN_NOT_FOUND", "message": "no"}}'),
    );
    const { signal } = new AbortController();
    const following = followRun(client, id, { signal, onChange: () => {}, onAway: () => {} });
    expect((await refusal(following)).code).toBe('RUN_NOT_FOUND');
  });

  it('stops when it is interrupted', async () => {
    const interruption = new AbortController();
    const client = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(progress(0.1));
    });
    const following = followRun(client, id, {
      signal: interruption.signal,
      onChange: () => interruption.abort(),
      onAway: () => {},
    });
    await expect(following).rejects.toMatchObject({ name: 'AbortError' });
  });
});
