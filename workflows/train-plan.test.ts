import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { trainOptionsSchema } from '../contracts/runs.ts';
import { plant } from '../test/plant.ts';
import { planCandidates, specOfRun, stepsOf } from './train-plan.ts';

const spec = plant({ rounds: 10, trials: 6 });
const options = (given: object = {}) => trainOptionsSchema.parse(given);

it('searches only what the pipeline searches, as long as the run says', () => {
  const trials = (given: object) =>
    planCandidates(spec, options(given)).map((plan) => [plan.name, plan.trials]);
  expect(trials({})).toEqual([
    ['searched', 6],
    ['boosted', 0],
    ['linear', 0],
  ]);
  expect(trials({ trials: 20, candidates: ['boosted', 'searched'] })).toEqual([
    ['searched', 20],
    ['boosted', 0],
  ]);
  expect(trials({ trials: 0, candidates: ['searched'] })).toEqual([['searched', 0]]);
});

it('refuses a candidate that does not exist with the names that do', () => {
  const plan = () => planCandidates(spec, options({ candidates: ['boosted', 'perceptron'] }));
  expect(plan).toThrow(ApplicationFailure);
  expect(plan).toThrow('plant has no candidate "perceptron", but searched, boosted, linear');
});

it('names a step a search and a step a fit', () => {
  expect(stepsOf(planCandidates(spec, options({ candidates: ['searched', 'linear'] })))).toEqual([
    ...['data', 'split', 'search searched', 'fit searched', 'fit linear'],
    ...['evaluate', 'export', 'explain', 'register', 'promote'],
  ]);
});

it('takes the split and the seed of the run before those of the pipeline, a seed of 0 too', () => {
  const split = { kind: 'random', test: 0.5, validation: 0.1 } as const;
  expect(specOfRun(spec, options({ seed: 0, split }))).toMatchObject({ seed: 0, split });
  expect(specOfRun(spec, options())).toEqual(spec);
});
