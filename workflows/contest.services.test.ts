import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type ContestInput,
  type ContestResult,
  type ContestView,
  contestPolicySchema,
  contestResultSchema,
  type StageResult,
} from '../contracts/contest.ts';
import { runId } from '../contracts/ids.ts';
import { type TrainResult, trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { testBundle } from '../test/bundles.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { oreOfPlant, plant } from '../test/plant.ts';
import { trainTwoVersions } from '../test/support/two-versions.ts';
import { type Challenger, cloneForContest, startTraffic, type Traffic } from '../test/traffic.ts';

const spec = oreOfPlant();
let stack: InProcess;
beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  await trainTwoVersions(stack, spec);
}, 180_000);
afterAll(async () => {
  await Promise.all(open.map((traffic) => traffic.stop()));
  await stack.stop();
});

const start = (workflow: string, id: string, input: unknown): Promise<WorkflowHandle> =>
  stack.client.workflow.start(workflow, { workflowId: id, taskQueue: taskQueues.control, args: [input] });

/** Quick stages: a look a second, 400 requests a second. */
const policy = (change: object = {}) =>
  contestPolicySchema.parse({
    stages: ['shadow', 'canary'],
    shadow: { requests: 100, atMostHours: 0.02 },
    canary: { outcomesPerStep: 100, atMostHours: 0.02 },
    lookEverySeconds: 1,
    ...change,
  });

interface Running {
  handle: WorkflowHandle;
  traffic: Traffic;
  pipeline: string;
  result(): Promise<ContestResult>;
  view(): Promise<ContestView>;
  until(stage: ContestView['stage']): Promise<ContestView>;
}
const open: Traffic[] = [];
let contests = 0;
async function contest(challenger: Challenger, change: object = {}, offline?: StageResult): Promise<Running> {
  const pipeline = `ore-${++contests}`;
  await cloneForContest(stack.registry, spec.name, pipeline);
  const input: ContestInput = { pipeline, challenger: '1.1.0', policy: policy(change), offline };
  const handle = await start('contestWorkflow', runId('contest', pipeline, '1.1.0'), input);
  const traffic = startTraffic(stack.registry, pipeline, challenger, { seed: contests });
  open.push(traffic);
  const view = () => handle.query<ContestView>('contest');
  return {
    ...{ handle, traffic, pipeline, view },
    async result() {
      try {
        return contestResultSchema.parse(await handle.result());
      } finally {
        await traffic.stop();
      }
    },
    async until(stage) {
      for (;;) {
        const seen = await view();
        if (seen.stage === stage && seen.champion !== undefined) return seen;
        await sleep(200);
      }
    },
  };
}
const championOf = async (pipeline: string) => (await stack.registry.models.aliases(pipeline)).champion;
const order = (reason: string) => ({ args: [{ actor: 'ana', reason }] as [object] });

describe('a contest', { timeout: 180_000 }, () => {
  it('promotes a good challenger, stops a bad one in its first step, and does not promote an equal one', async () => {
    const [good, equal, bad] = await Promise.all([
      contest('good', { stages: ['canary'] }),
      contest('equal', { stages: ['canary'], canary: { outcomesPerStep: 100, atMostHours: 0.005 } }),
      contest('bad', { stages: ['canary'] }),
    ]);
    const results = await Promise.all([good, equal, bad].map((one) => one.result()));
    expect(results.map(({ promoted }) => promoted)).toEqual([true, false, false]);
    expect(results[0].stages.map(({ share, passed }) => [share, passed])).toEqual([
      [0.01, true],
      [0.05, true],
      [0.25, true],
      [0.5, true],
      [undefined, true],
    ]);
    expect(results[2].stages).toMatchObject([{ share: 0.01, passed: false }]);
    expect(results[2].stages[0].difference?.low).toBeGreaterThan(0);
    const { requests, byChallenger } = bad.traffic.seen();
    expect(byChallenger / requests).toBeLessThan(0.05);
    expect(await Promise.all([good, equal, bad].map(({ pipeline }) => championOf(pipeline)))).toEqual([
      '1.1.0',
      '1.0.0',
      '1.0.0',
    ]);
    for (const { pipeline } of [good, equal, bad])
      expect(await stack.registry.routes.active(pipeline)).toEqual([]);
    for (const { handle } of [good, equal, bad]) await replays(handle);
    const [promotion] = await stack.registry.models.aliasHistory(good.pipeline);
    expect(promotion).toMatchObject({ action: 'promote', actor: runId('contest', good.pipeline, '1.1.0') });
    const { evidence } = results[0].stages[3];
    const kept = JSON.parse(Buffer.from(await stack.artifacts.readBytes(evidence ?? fault())).toString());
    expect(kept.pairs.length).toBe(results[0].stages[3].outcomes);
    expect(kept.difference).toEqual(results[0].stages[3].difference);
  });

  it('waits for a person, who may say yes, and keeps who said it', async () => {
    const running = await contest('good', { stages: ['canary'], approval: { deadlineHours: 1 } });
    await expect(running.handle.executeUpdate('approve', order('too early'))).rejects.toMatchObject({
      cause: { type: 'CONTEST_STAGE_WRONG' },
    });
    const waiting = await running.until('approval');
    expect(waiting.deadline).toBeDefined();
    expect(await championOf(running.pipeline)).toBe('1.0.0');
    const alerts = () => stack.registry.alerts.list({ pipeline: running.pipeline, limit: 5 });
    while ((await alerts()).length === 0) await sleep(100);
    await running.handle.executeUpdate('approve', order('seen the evidence'));
    const { promoted, stages } = await running.result();
    expect(promoted).toBe(true);
    expect(stages.find(({ stage }) => stage === 'approval')?.reason).toBe(
      'approved by ana: seen the evidence',
    );
    expect(await alerts()).toMatchObject([{ kind: 'contest', state: 'resolved' }]);
  });

  it('takes the default where nobody answers, and ends where a person stops it', async () => {
    const [silent, stopped, sent] = await Promise.all([
      contest('good', { stages: ['canary'], approval: { deadlineHours: 0.0005 } }),
      contest('equal'),
      contest('equal', { stages: ['shadow', 'canary'], shadow: { requests: 100_000, atMostHours: 1 } }),
    ]);
    await stopped.until('canary');
    await stopped.handle.executeUpdate('stop', order('the plant stands still'));
    expect(await stopped.result()).toMatchObject({
      promoted: false,
      reason: 'stopped by ana: the plant stands still',
    });
    await sent.until('shadow');
    await sent.handle.executeUpdate('advance', order('seen enough'));
    await sent.until('canary');
    await sent.handle.cancel();
    await expect(sent.handle.result()).rejects.toMatchObject({ message: 'Workflow execution cancelled' });
    await sent.traffic.stop();
    expect(await stack.registry.routes.active(sent.pipeline)).toEqual([]);
    expect(await silent.result()).toMatchObject({
      promoted: false,
      reason: 'nobody answered in time: rejected',
    });
    expect(await championOf(silent.pipeline)).toBe('1.0.0');
  });

  it('takes a champion back that its watch shows to be worse, and keeps one that is not', async () => {
    const watch = { stages: ['offline'], watch: { hours: 0.02, outcomes: 100 } };
    const won = { stage: 'offline' as const, passed: true, reason: 'won before' };
    const [bad, good] = await Promise.all([contest('bad', watch, won), contest('good', watch, won)]);
    const [taken, kept] = await Promise.all([bad.result(), good.result()]);
    expect(taken).toMatchObject({ promoted: true, rolledBack: true, champion: '1.0.0' });
    expect(await championOf(bad.pipeline)).toBe('1.0.0');
    const [event] = await stack.registry.models.aliasHistory(bad.pipeline);
    expect(event).toMatchObject({ action: 'rollback', version: '1.1.0', reason: taken.reason });
    const [alert] = await stack.registry.alerts.list({ pipeline: bad.pipeline, limit: 1 });
    expect(alert).toMatchObject({ kind: 'contest', severity: 'critical', state: 'open' });
    expect(kept).toMatchObject({ promoted: true, rolledBack: false });
    expect(await championOf(good.pipeline)).toBe('1.1.0');
    expect(await stack.registry.routes.active(bad.pipeline)).toEqual([]);
  });

  it('begins anew against another champion, and ends where it is the champion itself', async () => {
    const running = await contest('equal', { stages: ['shadow'], shadow: { requests: 1e6, atMostHours: 1 } });
    await running.until('shadow');
    const by = { pipeline: running.pipeline, actor: 'ana', reason: 'by hand' };
    await stack.registry.models.promote({ ...by, version: '1.1.0' });
    expect(await running.result()).toMatchObject({ promoted: false, reason: 'it is the champion' });
  });

  it('goes on in a new execution when its history has grown, as if nothing had been', async () => {
    const long = { stages: ['shadow', 'canary'], shadow: { requests: 100_000, atMostHours: 1 } };
    const running = await contest('good', long);
    const { stageSince } = await running.until('shadow');
    const runOf = async () => (await running.handle.describe()).runId;
    const first = await runOf();
    // Signals that nobody hears make a history long, as hours of looks do.
    for (let batch = 0; batch < 20; batch++)
      await Promise.all(Array.from({ length: 50 }, () => running.handle.signal('unheard')));
    while ((await runOf()) === first) await sleep(200);
    expect(await running.until('shadow')).toMatchObject({ stageSince, champion: '1.0.0' });
    expect(await stack.registry.routes.active(running.pipeline)).toMatchObject([{ stage: 'shadow' }]);
    await running.handle.executeUpdate('advance', order('seen enough'));
    const result = await running.result();
    expect(result).toMatchObject({
      promoted: true,
      stages: [{ stage: 'shadow', passed: true }, {}, {}, {}, {}, {}],
    });
    const run = await stack.registry.runs.get(running.handle.workflowId);
    expect(run).toMatchObject({ kind: 'contest', state: 'completed', workflowRunId: first, result });
  });
});

describe('a version that wins on the test rows', { timeout: 180_000 }, () => {
  it('goes on in a contest of its own, which the training does not wait for', async () => {
    // Four rounds learn next to nothing.
    const mill = plant({ rounds: 4, trials: 0 });
    const row = { feed: 40, speed: 9.5, hardness: 12, ore: 'oxide' };
    const golden = [
      { row, answer: 223.7, within: 40 },
      { row: { ...row, feed: 80 }, answer: 447.7, within: 40 },
    ];
    const watched = { ...mill, contest: policy({ stages: ['offline', 'shadow'], guardrails: { golden } }) };
    const train = async (candidate: string): Promise<TrainResult> => {
      const options = trainOptionsSchema.parse({ ingest: 'if-missing', candidates: [candidate] });
      const handle = await start('trainWorkflow', runId('train', mill.name, candidate), {
        spec: watched,
        options,
      });
      return (await handle.result()) as TrainResult;
    };
    expect((await train('boosted')).promotion).toEqual({
      promoted: true,
      reason: 'there is no champion yet',
      challenger: '1.0.0',
    });
    const id = runId('contest', mill.name, '1.1.0');
    const { promotion } = await train('linear');
    expect(promotion).toMatchObject({ promoted: false, contest: id, champion: '1.0.0' });
    expect(promotion?.guardrails?.map(({ name, passed }) => [name, passed])).toEqual([
      ['segment', true],
      ['latency', true],
      ['size', true],
      ['golden', true],
    ]);
    const evidence = JSON.parse(
      Buffer.from(await stack.artifacts.readBytes(promotion?.evidence ?? fault())).toString(),
    );
    expect(evidence.test).toMatchObject({ name: 'diebold-mariano', detail: { lags: 0 } });
    expect(evidence.test.pValue).toBeLessThan(0.01);
    const handle = stack.client.workflow.getHandle(id);
    const view = () => handle.query<ContestView>('contest');
    while ((await view()).champion === undefined) await sleep(200);
    expect(await view()).toMatchObject({ stage: 'shadow', stages: [{ stage: 'offline', passed: true }] });
    expect(await championOf(mill.name)).toBe('1.0.0');
    await handle.executeUpdate('stop', order('the test is over'));
    expect(await handle.result()).toMatchObject({ promoted: false });
  });
});

/** What a worker does that takes a contest over in the middle. */
async function replays(handle: WorkflowHandle): Promise<void> {
  const bundle = await testBundle();
  await Worker.runReplayHistory({ workflowBundle: bundle }, await handle.fetchHistory(), handle.workflowId);
}

const fault = (): never => {
  throw new Error('there is no evidence');
};
