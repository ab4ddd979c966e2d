import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureTemporal } from '../../cli/up/temporal.ts';
import { environment } from '../../contracts/env.ts';
import { runId } from '../../contracts/ids.ts';
import { taskQueues } from '../../temporal.config.ts';
import { testBundle } from '../../test/bundles.ts';
import { type InProcess, startInProcess } from '../../test/in-process.ts';
import { ownTemporal } from '../../test/own-temporal.ts';
import { plant, plantFile, writePlant } from '../../test/plant.ts';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';
import { dataConverterWith } from './data-converter.ts';
import { payloadCodec } from './index.ts';

const run = promisify(execFile);
const newKey = (): string => randomBytes(32).toString('base64');
const [oldKey, wrongKey] = [newKey(), newKey()];
const payloadKeys = JSON.stringify({ first: oldKey });
const spec = plant({ rounds: 10, trials: 2 });
const temporalAddress = ownTemporal();

let stack: InProcess;
let api: TestApi;
/** One that succeeded, and one that failed with a message of its own. */
const [good, bad] = ['good', 'bad'].map((key) => runId('ingest', spec.name, `${key}-${randomUUID()}`));

beforeAll(async () => {
  stack = await startInProcess({ databaseUrl: inject('databaseUrl'), temporalAddress, payloadKeys });
  await writePlant(stack.dataDir, 300);
  const ingest = (workflowId: string): Promise<unknown> =>
    stack.client.workflow.execute('ingestWorkflow', {
      ...{ workflowId, taskQueue: taskQueues.control, args: [{ spec }] },
      memo: { note: 'Mina Grande' },
      staticSummary: 'summary of Mina Grande',
    });
  await ingest(good);
  await appendFile(join(stack.dataDir, plantFile), '41.5,9.8');
  await ingest(bad).catch(() => undefined);
  api = await startApi({
    ...{ source: fileChampions(), databaseUrl: stack.databaseUrl, temporalAddress, payloadKeys },
  });
});
afterAll(async () => {
  await api.close();
  await stack.stop();
});

const clientWith = async (keys: Record<string, string>): Promise<Client> =>
  new Client({
    connection: stack.client.connection,
    dataConverter: dataConverterWith(await payloadCodec({ RELEVO_PAYLOAD_KEYS: JSON.stringify(keys) })),
  });

/** Everything that Temporal holds of a run, bytes of payloads read as text. */
async function heldOf(workflowId: string): Promise<string> {
  const client = new Client({ connection: stack.client.connection });
  const handle = client.workflow.getHandle(workflowId);
  const history = historyToJSON(await handle.fetchHistory());
  const description = await client.workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId },
  });
  return [history, JSON.stringify(description, readable), ...bytesIn(history)].join('\n');
}

/** Bytes as text, where JSON has them as an array. */
const readable = (_key: string, value: { type?: unknown; data?: unknown } | null): unknown =>
  value?.type === 'Buffer' && Array.isArray(value.data) ? Buffer.from(value.data).toString('latin1') : value;

/** Data of the payloads in a history's JSON, as text. */
const bytesIn = (json: string): string[] =>
  [...json.matchAll(/"data": ?"([^"]*)"/g)].map(([, data]) => Buffer.from(data, 'base64').toString('latin1'));

describe('what Temporal holds', () => {
  it.each([
    ['a run that succeeded', good, 'watermark'],
    ['a run that failed', bad, 'cut'],
  ])('has nothing readable of %s', async (_name, workflowId) => {
    const held = await heldOf(workflowId);
    expect(held).toContain('YmluYXJ5L2VuY3J5cHRlZA=='); // binary/encrypted
    for (const word of ['Mina Grande', 'hardness', 'plant.csv', 'mid-row', 'sulphide', 'at Object', '.ts:'])
      expect(held).not.toContain(word);
  });

  it('is read by those who have the key, message of the failure included', async () => {
    const failure = await stack.client.workflow
      .getHandle(bad)
      .result()
      .catch((error: { cause?: Error }) => error.cause);
    expect(failure).toMatchObject({
      type: 'SOURCE_TRUNCATED',
      message: expect.stringContaining(plantFile),
    });
  });

  it('is read after a rotation, and not with another key', async () => {
    const rotated = await clientWith({ second: newKey(), first: oldKey });
    expect(await rotated.workflow.getHandle(good).result()).toMatchObject({ changed: true });
    const strange = await clientWith({ first: wrongKey });
    await expect(strange.workflow.getHandle(good).result()).rejects.toMatchObject({
      code: 'PAYLOAD_UNREADABLE',
    });
    const unknowing = await clientWith({ second: newKey() });
    await expect(unknowing.workflow.getHandle(good).result()).rejects.toThrow('"first"');
  });

  it('is replayed with the key', async () => {
    const handle = stack.client.workflow.getHandle(good);
    const bundle = await testBundle({ encrypted: true });
    const dataConverter = dataConverterWith(await payloadCodec({ RELEVO_PAYLOAD_KEYS: payloadKeys }));
    const options = { workflowBundle: bundle, dataConverter };
    await Worker.runReplayHistory(options, await handle.fetchHistory(), handle.workflowId);
  });
});

describe('the API with the key', () => {
  it('says why a run failed', async () => {
    const body = (await (await fetch(`${api.url}/v1/runs/${encodeURIComponent(bad)}`)).json()) as object;
    expect(body).toMatchObject({ state: 'failed', error: { code: 'SOURCE_TRUNCATED' } });
  });

  it('decrypts for the Temporal CLI', async () => {
    const program = await ensureTemporal({
      cacheDir: environment().RELEVO_CACHE,
      onProgress: () => undefined,
    });
    const show = async (...more: string[]): Promise<string> => {
      const target = ['--address', temporalAddress, '--workflow-id', good, '--output', 'json'];
      const { stdout } = await run(program, ['workflow', 'show', ...target, ...more]);
      return bytesIn(stdout).join('\n');
    };
    expect(await show()).not.toContain('hardness');
    expect(await show('--codec-endpoint', `${api.url}/codec`)).toContain('hardness');
  });

  it('lets the page of the Temporal UI decrypt, and no other page', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${api.url}/codec/decode`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-namespace',
        },
      });
    const ours = await preflight('http://localhost:8233');
    expect(ours.status).toBe(204);
    expect(ours.headers.get('access-control-allow-origin')).toBe('http://localhost:8233');
    expect(ours.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('encodes what it decodes, and refuses what is no payload', async () => {
    const post = (way: string, body: unknown): Promise<Response> =>
      fetch(`${api.url}/codec/${way}`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      });
    const payloads = [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'eyJhIjoxfQ==' }];
    const encoded = (await (await post('encode', { payloads })).json()) as { payloads: unknown[] };
    expect(JSON.stringify(encoded)).not.toContain('eyJhIjoxfQ');
    expect(await (await post('decode', encoded)).json()).toEqual({ payloads });
    expect((await post('decode', { payloads: [{ data: 'not base64!' }] })).status).toBe(400);
    const strange = {
      metadata: { encoding: 'YmluYXJ5L2VuY3J5cHRlZA==', 'encryption-key-id': 'eA==' },
      data: 'AAAA',
    };
    expect((await post('decode', { payloads: [strange] })).status).toBe(422);
  });
});
