import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runId } from '../../contracts/ids.ts';
import { openTracing, type Tracing } from '../../telemetry/tracing.ts';
import { taskQueues } from '../../temporal.config.ts';
import { testBundle } from '../../test/bundles.ts';
import { type InProcess, startInProcess } from '../../test/in-process.ts';
import { ownTemporal } from '../../test/own-temporal.ts';
import { plant, writePlant } from '../../test/plant.ts';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';

/** A span as OTLP's JSON has it. */
interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  status: { code?: number };
}

/** A receiver of OTLP over HTTP. */
async function receiver(): Promise<{ url: string; spans: Span[]; close(): void }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      for (const { scopeSpans } of body.resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, close: () => server.close() };
}

const spec = plant({ rounds: 10, trials: 2 });
const temporalAddress = ownTemporal();
let otlp: Awaited<ReturnType<typeof receiver>>;
let tracing: Tracing;
let stack: InProcess;
let api: TestApi;

beforeAll(async () => {
  otlp = await receiver();
  const opened = await openTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url });
  if (opened === undefined) throw new Error('traces are off');
  tracing = opened;
  stack = await startInProcess({ databaseUrl: inject('databaseUrl'), temporalAddress, tracing });
  await writePlant(stack.dataDir, 300);
  await stack.registry.pipelines.save(spec);
  api = await startApi({
    ...{ source: fileChampions(), databaseUrl: stack.databaseUrl, temporalAddress, tracing, specs: [spec] },
  });
});
afterAll(async () => {
  await api.close();
  await stack.stop();
  await tracing.close();
  otlp.close();
});

/** The spans of a trace once the one of that name has arrived. */
async function traceWith(name: string, traceId: string): Promise<Span[]> {
  const of = (): Span[] => otlp.spans.filter((span) => span.traceId === traceId);
  await expect.poll(() => of().map((span) => span.name), { timeout: 20_000 }).toContain(name);
  return of();
}
/** A span's forebears by name, itself first. */
function pathOf(span: Span | undefined, spans: Span[]): string[] {
  if (span === undefined) return [];
  return [
    span.name,
    ...pathOf(
      spans.find(({ spanId }) => spanId === span.parentSpanId),
      spans,
    ),
  ];
}

describe('a run that is asked for through the API', () => {
  const traceId = randomUUID().replaceAll('-', '');
  const clientSpan = traceId.slice(16);

  it('is one trace from the client to its activities', async () => {
    const response = await fetch(`${api.url}/v1/pipelines/${spec.name}/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${clientSpan}-01` },
      body: JSON.stringify({ kind: 'ingest', key: randomUUID() }),
    });
    expect(response.status).toBe(202);
    const spans = await traceWith('RunWorkflow:ingestWorkflow', traceId);
    const stage = spans.find(({ name }) => name === 'RunActivity:stageSource');
    expect(pathOf(stage, spans)).toEqual([
      'RunActivity:stageSource',
      'RunWorkflow:ingestWorkflow',
      'StartWorkflow:ingestWorkflow',
      'POST /v1/pipelines/:pipeline/runs',
    ]);
    expect(spans.find(({ name }) => name.startsWith('POST'))?.parentSpanId).toBe(clientSpan);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });
});

describe('a run that nobody asked for, as a schedule starts it', () => {
  it('begins a trace of its own, and a failure shows', async () => {
    const id = runId('ingest', spec.name, randomUUID());
    const broken = {
      ...spec,
      sources: {
        file: { kind: 'csv', delimiter: ',', missing: [], locations: [{ kind: 'file', path: 'none.csv' }] },
      },
    };
    const handle = await stack.client.workflow.start('ingestWorkflow', {
      ...{ workflowId: id, taskQueue: taskQueues.control, args: [{ spec: broken }] },
      workflowRunTimeout: '20s',
    });
    await handle.cancel();
    await handle.result().catch(() => undefined);
    const traceId = handle.firstExecutionRunId.replaceAll('-', '');
    const spans = await traceWith('RunWorkflow:ingestWorkflow', traceId);
    const run = spans.find(({ name }) => name === 'RunWorkflow:ingestWorkflow');
    expect(run).toMatchObject({ spanId: traceId.slice(16), status: { code: 2 } });
    expect(run?.parentSpanId).toBeFalsy();
  });
});

it('leaves histories that replay with traces and without', async () => {
  const id = runId('ingest', spec.name, randomUUID());
  const handle = await stack.client.workflow.start('ingestWorkflow', {
    ...{ workflowId: id, taskQueue: taskQueues.control, args: [{ spec }] },
  });
  await handle.result();
  const history = await handle.fetchHistory();
  for (const traced of [true, false]) {
    const bundle = await testBundle({ traced });
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, id);
  }
});

it('follows the share of predictions that is asked for', async () => {
  const names = (): string[] => otlp.spans.map(({ name }) => name);
  await fetch(`${api.url}/predict`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
  });
  await expect.poll(names, { timeout: 10_000 }).toContain('POST /predict');
});
