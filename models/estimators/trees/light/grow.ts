import { RelevoError } from '../../../../contracts/errors.ts';
import { type Lightgbm, lightgbmOf } from '../../../native/lightgbm.ts';
import type { Answer, GrowMessage } from '../protocol.ts';
import type { GrownLight, LightTask } from './protocol.ts';

/**
 * Grows boosters on this thread, round by round, until the rounds are done, none finds a cut any more, patience
 * runs out or the task is told to stop.
 * @throws RelevoError TRAINING_FAILED, NATIVE_LIBRARY_MISSING.
 */
export function growLight(task: LightTask): Answer<GrownLight> {
  const api = lightgbmOf(task.library);
  const release: (() => void)[] = [];
  try {
    const train = api.dataset(task.train, task.dataset);
    release.push(() => api.datasetFree(train));
    const validation = task.validation && api.dataset(task.validation, task.dataset, train);
    if (validation !== undefined) release.push(() => api.datasetFree(validation));
    const boosters = task.boosters.map((params) => {
      const booster = api.boosterCreate(train, params);
      release.push(() => api.boosterFree(booster));
      if (validation !== undefined) api.addValidation(booster, validation);
      return booster;
    });
    const grown = growRounds(api, task, boosters);
    return grown === undefined ? { state: 'stopped' } : { state: 'done', value: grown };
  } finally {
    // Boosters look into their data sets, so they go first.
    for (const free of release.reverse()) free();
  }
}

type Booster = Parameters<Lightgbm['update']>[0];

/** Returns undefined where the task was told to stop. */
function growRounds(api: Lightgbm, task: LightTask, boosters: Booster[]): GrownLight | undefined {
  let rounds = 0;
  let best = { round: 0, score: Infinity };
  while (rounds < task.rounds && rounds - best.round < task.patience) {
    if (Atomics.load(task.stop, 0) !== 0) return undefined;
    const finished = boosters.map((booster) => api.update(booster));
    if (finished.every(Boolean) && rounds > 0) break;
    rounds++;
    const score = task.validation && scoreOf(api, boosters, rounds);
    if (score === undefined) best = { round: rounds, score: Number.NaN };
    else if (score < best.score) best = { round: rounds, score };
    if (task.reportSteps) task.port.postMessage({ kind: 'step', step: rounds, score } satisfies GrowMessage);
    if (finished.every(Boolean)) break;
  }
  const texts = boosters.map((booster) => api.saveFirst(booster, best.round));
  return { texts, steps: best.round, validationScore: task.validation && best.score };
}

function scoreOf(api: Lightgbm, boosters: Booster[], round: number): number {
  const score = boosters.reduce((sum, booster) => sum + api.evaluate(booster), 0) / boosters.length;
  if (Number.isFinite(score)) return score;
  throw new RelevoError('TRAINING_FAILED', `The validation loss of round ${round} is ${score}`);
}
