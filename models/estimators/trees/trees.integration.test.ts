import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Checkpoints } from '../../../contracts/artifacts.ts';
import type { FitContext, Params } from '../../../contracts/estimator.ts';
import { librarySettings } from '../../native/settings.ts';
import { estimator, parseParams } from '../index.ts';
import { largestDifference, matrixOf, onnxPredictions, syntheticRows } from '../testing.ts';
import { reachableNodes, readEnsemble } from './ensemble.ts';
import { growTrees } from './grow.ts';
import { loadTrees } from './model.ts';
import type { GrowMessage, GrownTrees, GrowTask, TreeGrowth } from './protocol.ts';
import { toLabelledNativeRows } from './rows.ts';

const library = librarySettings();

interface Grown extends GrownTrees {
  scores: (number | undefined)[];
  checkpoints: Uint8Array[];
}

/** Grows on this thread and takes a checkpoint after every round. */
async function growHere(growth: TreeGrowth, change: Partial<GrowTask> = {}): Promise<Grown> {
  const { port1, port2 } = new MessageChannel();
  const answer = growTrees({
    growth,
    library,
    threads: 2,
    train: await toLabelledNativeRows(syntheticRows(600, 1, 0.1)),
    validation: await toLabelledNativeRows(syntheticRows(200, 2, 0.1)),
    reportSteps: true,
    checkpointEveryMs: 0,
    checkpoint: undefined,
    stop: new Int32Array(new SharedArrayBuffer(4)),
    port: port2,
    ...change,
  });
  if (answer.state !== 'done') throw new Error(`the growth was ${answer.state}`);
  const grown: Grown = { ...answer.value, scores: [], checkpoints: [] };
  for (let next = receiveMessageOnPort(port1); next; next = receiveMessageOnPort(port1)) {
    const message: GrowMessage = next.message;
    if (message.kind === 'step') grown.scores.push(message.score);
    else grown.checkpoints.push(message.bytes);
  }
  port1.close();
  return grown;
}

const plain: TreeGrowth = {
  kind: 'boosting',
  rounds: 30,
  patience: 10,
  params: { max_depth: 4, eta: 0.3 },
  seed: 3,
  task: { kind: 'regression' },
  base: [40],
  sampled: false,
};
/** Of so few rows 16 rounds share their growers, and a checkpoint follows each 16. */
const sampled: TreeGrowth = {
  ...plain,
  rounds: 40,
  patience: undefined,
  params: { ...plain.params, subsample: 0.7, colsample_bytree: 0.6 },
  sampled: true,
};
const forest: TreeGrowth = {
  ...sampled,
  kind: 'forest',
  params: { max_depth: 8, eta: 1 / 40, lambda: 0, subsample: 0.6, colsample_bynode: 0.5 },
};
const quantiles: TreeGrowth = {
  ...sampled,
  task: { kind: 'quantile', levels: [0.1, 0.9] },
  base: [37, 43],
};
const kinds: [string, TreeGrowth, number[]][] = [
  ['boosting', plain, [1, 7, 11]],
  ['boosting on samples', sampled, [16, 32]],
  ['quantiles on samples', quantiles, [16, 32]],
  ['a forest', forest, [16, 32]],
];

describe.each(kinds)('%s taken up from a checkpoint', (_, growth, rounds) => {
  const whole = growHere(growth);

  it.each(rounds)('after round %i ends with the same bits', async (round) => {
    const uninterrupted = await whole;
    const checkpoint = uninterrupted.checkpoints[round / rounds[0] - 1];
    const resumed = await growHere(growth, { checkpoint });
    expect(resumed.resumedFromStep).toBe(round);
    expect(Buffer.from(resumed.model).equals(uninterrupted.model)).toBe(true);
    expect(resumed.scores).toEqual(uninterrupted.scores);
    expect(resumed.validationScore).toBe(uninterrupted.validationScore);
  });

  it('from its last round only finishes', async () => {
    const uninterrupted = await whole;
    const checkpoint = uninterrupted.checkpoints.at(-1);
    const resumed = await growHere(growth, { checkpoint });
    expect(resumed.checkpoints).toHaveLength(0);
    expect(Buffer.from(resumed.model).equals(uninterrupted.model)).toBe(true);
  });
});

describe('a checkpoint of something else', () => {
  const whole = growHere(sampled);
  const torn: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['empty', () => new Uint8Array()],
    ['cut within its header', (bytes) => bytes.slice(0, 30)],
    ['cut within its booster', (bytes) => bytes.slice(0, -1)],
    ['text', () => Buffer.from('relevo-trees-2\nxxxxxxxxxxxxxxxx')],
  ];
  it.each(torn)('%s counts as none', async (_, tear) => {
    const { checkpoints, model } = await whole;
    const grown = await growHere(sampled, { checkpoint: tear(checkpoints[1]) });
    expect(grown.resumedFromStep).toBeUndefined();
    expect(Buffer.from(grown.model).equals(model)).toBe(true);
  });

  it('of another seed, parameter, thread count or table counts as none', async () => {
    const checkpoint = (await whole).checkpoints[1];
    const other = await toLabelledNativeRows(syntheticRows(600, 9, 0.1));
    const changes: [TreeGrowth, Partial<GrowTask>][] = [
      [{ ...sampled, seed: 4 }, {}],
      [{ ...sampled, params: { ...sampled.params, max_depth: 5 } }, {}],
      [sampled, { threads: 1 }],
      [sampled, { train: other }],
    ];
    for (const [growth, change] of changes)
      expect((await growHere(growth, { ...change, checkpoint })).resumedFromStep).toBeUndefined();
  });
});

it('keeps the round of the best validation score', async () => {
  const { scores, steps, validationScore } = await growHere({ ...plain, rounds: 200 });
  const best = Math.min(...scores.map(Number));
  expect(validationScore).toBe(best);
  expect(steps).toBe(scores.indexOf(best) + 1);
  expect(scores.length).toBe(steps + 10);
});

it('grows forests of other trees for neighbouring seeds', async () => {
  const rootsOf = async (seed: number) => {
    const { trees } = readEnsemble((await growHere({ ...forest, seed })).model);
    return trees.map((tree) => `${Array.from(tree.value)}`);
  };
  const [first, second] = [await rootsOf(0), await rootsOf(1)];
  expect(new Set(first).size).toBe(first.length);
  expect(first.filter((tree) => second.includes(tree))).toEqual([]);
});

it.each([-1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])('takes the seed %i', async (seed) => {
  expect((await growHere({ ...sampled, rounds: 2, seed }, { validation: undefined })).steps).toBe(2);
});

it('has the words of libxgboost in its errors', async () => {
  const wrong = growHere({ ...plain, params: { max_depth: -3 } });
  await expect(wrong).rejects.toMatchObject({
    code: 'TRAINING_FAILED',
    message: expect.stringContaining('max_depth'),
  });
});

it('agrees with ONNX at, just below and just above every threshold', async () => {
  const { model: bytes } = await growHere(plain);
  const model = await loadTrees(bytes);
  const { trees } = readEnsemble(bytes);
  const step = 2 ** -24;
  const rows = trees.flatMap((tree) =>
    reachableNodes(tree)
      .filter((node) => tree.left[node] >= 0)
      .flatMap((node) =>
        [1 - step, 1, 1 + 2 * step, Number.NaN].map((factor) => {
          const row = [0, 0, 0, 0];
          row[tree.feature[node]] = tree.value[node] * factor;
          return row;
        }),
      ),
  );
  const features = matrixOf(rows);
  expect(features.rows).toBeGreaterThan(400);
  expect(
    largestDifference(await onnxPredictions(model, features), await model.predict(features)),
  ).toBeLessThan(1e-5);
});

function storeInMemory(): Checkpoints & { newest: Uint8Array | undefined; saved: Promise<void> } {
  let announce: () => void;
  const saved = new Promise<void>((resolve) => {
    announce = resolve;
  });
  return {
    newest: undefined,
    saved,
    async load() {
      return this.newest;
    },
    async save(bytes) {
      this.newest = bytes;
      announce();
    },
    async clear() {
      this.newest = undefined;
    },
  };
}

describe('a long fit', () => {
  const entry = estimator('xgboost');
  const given: Params = { rounds: 400, maxDepth: 8, subsample: 0.8 };
  const train = syntheticRows(6_000, 1, 0.1);
  const validation = syntheticRows(2_000, 2, 0.1);
  const fitModel = (context: Partial<FitContext>, params = given) =>
    entry.fit(
      { params: parseParams(entry, params), train, validation, seed: 5, task: { kind: 'regression' } },
      { threads: 2, signal: new AbortController().signal, ...context },
    );

  it('that is cancelled goes on from its checkpoint to the same model', { timeout: 120_000 }, async () => {
    const checkpoints = storeInMemory();
    const cancel = new AbortController();
    const steps: number[] = [];
    const first = fitModel({
      checkpoints,
      signal: cancel.signal,
      onStep: (step) => {
        steps.push(step);
        return 'continue';
      },
    });
    await checkpoints.saved;
    const cancelledAt = performance.now();
    cancel.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(performance.now() - cancelledAt).toBeLessThan(1_000);
    expect(steps.length).toBeGreaterThan(1);

    const resumed = await fitModel({ checkpoints });
    const whole = await fitModel({});
    expect(resumed.resumedFromStep).toBeGreaterThan(0);
    expect(whole.resumedFromStep).toBeUndefined();
    expect(Buffer.from(await resumed.save()).equals(await whole.save())).toBe(true);
    expect(resumed.steps).toBe(whole.steps);
  });

  it('ends at the very step that is pruned, with its score', { timeout: 60_000 }, async () => {
    const seen: [number, number, number | undefined][] = [];
    const pruned = fitModel({
      onStep: (step, total, score) => {
        seen.push([step, total, score]);
        return step === 9 ? 'prune' : 'continue';
      },
    });
    await expect(pruned).rejects.toMatchObject({ name: 'PrunedError', step: 9 });
    expect(seen).toHaveLength(9);
    expect(seen[8]).toEqual([9, 400, expect.any(Number)]);
  });

  it('leaves the event loop free', { timeout: 60_000 }, async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await fitModel({}, { rounds: 100, maxDepth: 8 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });

  it('fails with what its listener or its checkpoint store throws', { timeout: 60_000 }, async () => {
    const listener = fitModel({
      onStep: () => {
        throw new Error('from the listener');
      },
    });
    await expect(listener).rejects.toThrow('from the listener');
    const checkpoints = { ...storeInMemory(), save: () => Promise.reject(new Error('the disk is full')) };
    await expect(
      fitModel({ checkpoints }, { rounds: 5_000, maxDepth: 8, earlyStoppingRounds: 5_000 }),
    ).rejects.toThrow('the disk is full');
  });
});

it('names the feature and the row that single precision cannot hold', async () => {
  const entry = estimator('xgboost');
  const train = {
    features: matrixOf(
      [
        [1, 2],
        [3, 1e308],
      ],
      ['flow', 'power'],
    ),
    target: Float64Array.of(1, 2),
  };
  const context = { threads: 1, signal: new AbortController().signal };
  const input = { params: parseParams(entry, {}), train, seed: 0, task: { kind: 'regression' } } as const;
  await expect(entry.fit(input, context)).rejects.toMatchObject({
    code: 'TRAINING_FAILED',
    details: { field: 'power', value: 1e308, where: 'row 1' },
  });
});
