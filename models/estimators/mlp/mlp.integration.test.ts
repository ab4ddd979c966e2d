import { expect, it } from 'vitest';
import type { FitContext, Task } from '../../../contracts/estimator.ts';
import { mlp } from '../mlp.ts';
import { parseParams } from '../params.ts';
import { neverCancelled, rowsOf } from '../testing.ts';

const task: Task = { kind: 'regression' };
const train = rowsOf(task, 200, 1);
const validation = rowsOf(task, 100, 2);
const fitMlp = (given: Record<string, number>, context: FitContext = neverCancelled()) =>
  mlp.fit(
    {
      params: parseParams(mlp, given) as Parameters<typeof mlp.fit>[0]['params'],
      train,
      validation,
      seed: 5,
      task,
    },
    context,
  );

it('keeps the epoch of the best validation loss, and stops a while after it', async () => {
  const scores: number[] = [];
  const model = await fitMlp(
    { learningRate: 0.05, earlyStoppingEpochs: 5, batchRows: 20 },
    {
      ...neverCancelled(),
      onStep: (_, total, score) => {
        expect(total).toBe(200);
        scores.push(score ?? Number.NaN);
        return 'continue';
      },
    },
  );
  const best = Math.min(...scores);
  expect(model.validationScore).toBe(best);
  expect(model.steps).toBe(scores.indexOf(best) + 1);
  expect(scores).toHaveLength((model.steps ?? 0) + 5);
});

it('is the same model where it is told to take as many epochs as it kept', async () => {
  const found = await fitMlp({ learningRate: 0.05, earlyStoppingEpochs: 5, batchRows: 20 });
  const again = await fitMlp({ learningRate: 0.05, epochs: found.steps ?? 0, batchRows: 20 });
  expect(Buffer.from(await again.save()).equals(await found.save())).toBe(true);
});

it('ends with its step and score when told to prune', async () => {
  const pruned = fitMlp({}, { ...neverCancelled(), onStep: (step) => (step === 3 ? 'prune' : 'continue') });
  await expect(pruned).rejects.toMatchObject({ name: 'PrunedError', step: 3, score: expect.any(Number) });
});

it('takes two hidden layers', async () => {
  const model = await fitMlp({ hiddenUnits: 8, secondHiddenUnits: 4, epochs: 3 });
  expect(JSON.parse(Buffer.from(await model.save()).toString()).shape.sizes).toEqual([4, 8, 4, 1]);
});
