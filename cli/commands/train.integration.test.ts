import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../api/deps.ts';
import { runRoutes } from '../../api/routes/runs/handlers.ts';
import { createRunBook } from '../../api/runs/run-book.ts';
import { pipeline } from '../../pipelines/index.ts';
import { commandLine, type RoutesServer, serveRoutes } from '../../test/support/command-line.ts';

const name = 'steel-energy';
const started: { id: string; input: { options: object } }[] = [];
/** Runs are started and never looked at: these tests do not wait for any. */
const deps = {
  pipelines: [pipeline(name)],
  registry: { runs: { start: async () => {} } },
  workflows: {
    async start(request: (typeof started)[number]) {
      started.push(request);
      return { workflowRunId: 'w1' };
    },
  },
} as unknown as ApiDeps;

let server: RoutesServer;
beforeAll(async () => {
  server = await serveRoutes(runRoutes(deps, createRunBook(deps.registry, deps.workflows)));
});
afterAll(() => server.close());
beforeEach(() => {
  started.length = 0;
});
const train = (args: string[]) => commandLine(server.url, ['train', name, '--no-follow', ...args]);

describe('relevo train --candidates', () => {
  it('starts a run of those that the pipeline has', async () => {
    const { code } = await train(['--candidates', 'ridge,linear']);
    expect([code, started.length]).toEqual([0, 1]);
    expect(started[0].input.options).toMatchObject({ candidates: ['ridge', 'linear'] });
  });

  it('starts none where a name is mistyped, and says which may be meant', async () => {
    const { code, stdout, stderr } = await train(['--candidates', 'ridge,xgbost']);
    expect([code, stdout, started]).toEqual([2, '', []]);
    expect(stderr).toContain('REQUEST_UNPROCESSABLE "steel-energy" has no candidate "xgbost"');
    expect(stderr).toMatch(/field +candidates\.1/);
    expect(stderr).toMatch(/expected +one of xgboost, .*\(did you mean "xgboost"\?\)/);
  });
});
