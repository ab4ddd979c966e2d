import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, it } from 'vitest';
import { createLogger } from '../workers/logging.ts';
import * as workflows from '../workflows/index.ts';
import { testBundle } from './bundles.ts';

const folder = fileURLToPath(new URL('../workflows/histories/', import.meta.url));
const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));

beforeAll(() => Runtime.install({ logger: createLogger('replay', 'error') }));

it.each([
  ['as they are', {}],
  ['that are traced and encrypted', { encrypted: true, traced: true }],
])('replays every recorded history on the workflows %s', async (_name, parts) => {
  const bundle = await testBundle(parts);
  const nameById = new Map<string, string>();
  const histories = await Promise.all(
    names.map(async (name) => {
      const history = await read(name);
      // Ids of child runs follow from the run's own.
      const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
      nameById.set(workflowId, name);
      return { workflowId, history: historyFromJSON(history) };
    }),
  );
  const broken: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories))
    if (error) broken.push(`${nameById.get(workflowId)}: ${error.message}`);
  expect(broken).toEqual([]);
});

it('has a history of every workflow', async () => {
  const recorded = await Promise.all(
    names.map(async (name) => {
      const { events } = await read(name);
      return events[0].workflowExecutionStartedEventAttributes.workflowType.name;
    }),
  );
  expect(new Set(recorded)).toEqual(new Set(Object.keys(workflows)));
});

it.each(names)('%s is small and names no folder of the machine it was recorded on', async (name) => {
  const text = await readFile(join(folder, name), 'utf8');
  expect(text.length).toBeLessThan(512 * 1024);
  const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map(([, data]) => Buffer.from(data, 'base64'));
  for (const words of [text, ...payloads.map(String)]) expect(words).not.toMatch(/\/(tmp|home|root|work)\//);
});
