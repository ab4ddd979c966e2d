import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../../api/deps.ts';
import { contestRoutes } from '../../../api/routes/contests/handlers.ts';
import type { ContestOrder, ContestResult, ContestView, StageResult } from '../../../contracts/contest.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import { pipeline } from '../../../pipelines/index.ts';
import type { Run } from '../../../registry/types.ts';
import { commandLine, type RoutesServer, serveRoutes } from '../../../test/support/command-line.ts';
import { actorName } from '../../actor.ts';
import type { Language } from '../../testing.ts';
import { formatMoment } from '../../view/format.ts';

const name = 'steel-energy';
const startedAt = '2026-11-20T06:00:00.000Z';
const deadline = '2026-11-21T06:00:00.000Z';
const shadow: StageResult = { stage: 'shadow', passed: true, reason: 'quick enough' };
const canary: StageResult = {
  ...{ stage: 'canary', passed: true, reason: 'surely better', share: 0.05, outcomes: 400 },
  difference: { value: -0.5, low: -0.75, high: -0.25 },
};
const waiting: ContestView = {
  ...{ pipeline: name, challenger: '1.2.0', champion: '1.0.0', stage: 'approval' },
  ...{ stageSince: startedAt, deadline, stages: [shadow, canary] },
  latest: { stage: 'approval', passed: false, reason: 'waits for a person' },
};
const lost: ContestResult = {
  ...{ promoted: false, rolledBack: false, reason: 'surely worse', challenger: '1.1.0', champion: '1.0.0' },
  stages: [{ ...canary, passed: false, reason: 'surely worse' }],
};
const runOf = (version: string, result?: ContestResult): Run => ({
  ...{ id: `contest/${name}/${version}`, kind: 'contest', pipeline: name, workflowRunId: 'w', input: {} },
  ...{ state: result ? 'completed' : 'running', startedAt, cursor: version, error: undefined, result },
  finishedAt: result && deadline,
});

let runs: Run[];
const orders: [action: string, order: ContestOrder][] = [];
const notFound = (id: string) => new RelevoError('RUN_NOT_FOUND', `There is no run "${id}"`);
/** What stands behind the routes: one contest that waits for a word, and one that is over. */
const deps = {
  pipelines: [pipeline(name)],
  log: pino({ level: 'silent' }),
  temporalUi: undefined,
  registry: {
    runs: {
      list: async () => runs,
      get: async (id: string) => runs.find((run) => run.id === id) ?? Promise.reject(notFound(id)),
      start: async () => {},
    },
    models: { get: async () => ({}) },
    routes: { clear: async () => {} },
  },
  workflows: {
    start: async () => ({ workflowRunId: 'w' }),
    describe: async (id: string) =>
      runs.some((run) => run.id === id)
        ? { state: 'running', workflowRunId: 'w', startedAt, pending: [], children: [] }
        : undefined,
    progress: async () => undefined,
    contest: async () => waiting,
    async steer(id: string, action: string, order: ContestOrder) {
      if (!id.endsWith('/1.2.0')) throw new RelevoError('CONTEST_NOT_FOUND', `No contest "${id}" runs`);
      if (action === 'advance') throw new RelevoError('CONTEST_STAGE_WRONG', 'It waits for a person');
      orders.push([action, order]);
      return waiting;
    },
  },
} as unknown as ApiDeps;

let server: RoutesServer;
beforeAll(async () => {
  server = await serveRoutes(contestRoutes(deps));
});
afterAll(() => server.close());
beforeEach(() => {
  runs = [runOf('1.2.0'), runOf('1.1.0', lost)];
  orders.length = 0;
});

const contest = (args: readonly string[], how: { language?: Language; json?: boolean } = {}) =>
  commandLine(server.url, ['contest', ...args], how);
/** Cells of a table's lines, which stand two spaces or more apart. */
const cellsOf = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

describe('relevo contest list', () => {
  it.each([
    ['en', ['challenger', 'champion', 'began', 'stage', 'why'], 'approval', 'not promoted'],
    ['es', ['aspirante', 'campeón', 'empezó', 'etapa', 'por qué'], 'aprobación', 'no promovido'],
  ] as const)('says in %s where each stands or how it ended', async (language, titles, stage, ended) => {
    const { code, stdout } = await contest(['list', name], { language });
    expect(code).toBe(0);
    const began = formatMoment(startedAt);
    expect(cellsOf(stdout)).toEqual([
      titles,
      ['1.2.0', '1.0.0', began, stage, 'waits for a person'],
      ['1.1.0', '1.0.0', began, ended, 'surely worse'],
    ]);
  });

  it('says that there was none', async () => {
    runs = [];
    expect(await contest(['list', name])).toMatchObject({
      code: 0,
      stdout: `${name} has had no contest yet\n`,
    });
    expect((await contest(['list', name], { language: 'es' })).stdout).toBe(
      `${name} no ha tenido contiendas\n`,
    );
  });

  it('ends with 1 on a name that is none, and says which there are', async () => {
    const { code, stdout, stderr } = await contest(['list', 'steel-enrgy']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^PIPELINE_NOT_FOUND There is no pipeline "steel-enrgy"/);
    expect(stderr).toContain(`one of ${name}`);
    expect(stderr).toContain('docs/errors/PIPELINE_NOT_FOUND.md');
  });
});

describe('relevo contest show', () => {
  it.each([
    {
      language: 'en' as const,
      between: '1.2.0 against 1.0.0',
      stages: ['shadow', 'canary', 'approval'],
      now: `Now: approval, until ${formatMoment(deadline)} at the latest`,
    },
    {
      language: 'es' as const,
      between: '1.2.0 contra 1.0.0',
      stages: ['sombra', 'canario', 'aprobación'],
      now: `Ahora: aprobación, a más tardar hasta ${formatMoment(deadline)}`,
    },
  ])('shows in $language what the stages found and what it waits for', async (expected) => {
    const { language, between, stages, now } = expected;
    const { code, stdout } = await contest(['show', name, '1.2.0'], { language });
    expect(code).toBe(0);
    const [title, , ...rows] = cellsOf(stdout);
    expect(title).toEqual([between]);
    expect(rows.slice(0, 3)).toEqual([
      ['✓', stages[0], 'quick enough'],
      ['✓', stages[1], '5 %', '400', '-0.5000 [-0.7500, -0.2500]', 'surely better'],
      ['▸', stages[2], 'waits for a person'],
    ]);
    expect(rows.at(-1)).toEqual([now]);
  });

  it('shows how one ended', async () => {
    const { code, stdout } = await contest(['show', name, '1.1.0']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✗ +canary +5 % +400 /);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('not promoted: surely worse');
    const spanish = await contest(['show', name, '1.1.0'], { language: 'es' });
    expect(spanish.stdout.trimEnd().split('\n').at(-1)).toBe('no promovido: surely worse');
  });

  it('is one document for a machine', async () => {
    const { code, stdout } = await contest(['show', name, '1.2.0'], { json: true });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: '1.2.0', state: 'running', view: waiting });
  });

  it.each([
    [[name, '9.9.9'], 1, 'CONTEST_NOT_FOUND'],
    [[name, 'newest'], 2, 'REQUEST_INVALID'],
    [['nobody', '1.2.0'], 1, 'PIPELINE_NOT_FOUND'],
  ] as const)('%j ends with %d: %s', async (args, exitCode, error) => {
    const { code, stderr } = await contest(['show', ...args]);
    expect(code).toBe(exitCode);
    expect(stderr.split(' ')[0]).toBe(error);
  });
});

describe('relevo contest start', () => {
  it('says what runs and does not wait where it is told so', async () => {
    const { code, stdout, stderr } = await contest(['start', name, '1.3.0', '--no-follow']);
    expect([code, stdout]).toEqual([0, `contest/${name}/1.3.0\n`]);
    expect(stderr).toContain(`contest/${name}/1.3.0`);
  });

  it('ends with 1 on a pipeline that is none', async () => {
    expect(await contest(['start', 'nobody', '1.3.0', '--no-follow'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe("a person's word", () => {
  it.each([
    ['approve', '1.2.0 is approved', '1.2.0 está aprobada'],
    ['reject', '1.2.0 is rejected', '1.2.0 está rechazada'],
    ['stop', 'The contest of 1.2.0 ends', 'La contienda de 1.2.0 termina'],
  ])('%s goes with who and why, and is confirmed', async (action, english, spanish) => {
    const words = [action, name, '1.2.0', '--reason', 'seen by the shift'];
    expect(await contest(words)).toEqual({ code: 0, stdout: `${english}\n`, stderr: '' });
    expect(await contest(words, { language: 'es' })).toMatchObject({ code: 0, stdout: `${spanish}\n` });
    const order = { actor: actorName(), reason: 'seen by the shift' };
    expect(orders).toEqual([
      [action, order],
      [action, order],
    ]);
  });

  it('needs a reason', async () => {
    expect((await contest(['approve', name, '1.2.0'])).code).toBe(2);
    expect(orders).toEqual([]);
  });

  it.each([
    [['advance', name, '1.2.0'], 'CONTEST_STAGE_WRONG'],
    [['stop', name, '1.1.0'], 'CONTEST_NOT_FOUND'],
    [['stop', 'nobody', '1.2.0'], 'PIPELINE_NOT_FOUND'],
  ] as const)('%j ends with 1: %s', async (args, error) => {
    const { code, stdout, stderr } = await contest([...args, '--reason', 'why not']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split(' ')[0]).toBe(error);
    expect(orders).toEqual([]);
  });
});
