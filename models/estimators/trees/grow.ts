import { RelevoError } from '../../../contracts/errors.ts';
import { Booster, type NativeMatrix } from '../../native/booster.ts';
import { type Xgboost, xgboost } from '../../native/xgboost.ts';
import { taskLoss } from '../score.ts';
import { decodeCheckpoint, encodeCheckpoint, fitIdentity, type GrowthState } from './checkpoint.ts';
import { attribute } from './ensemble.ts';
import { predictionsOf, type Reading, sumsOf } from './form.ts';
import { type GradientSource, gradientsOf } from './gradients.ts';
import { type Matrices, rowsDigest, withMatrices } from './matrices.ts';
import { boosterParams, readingOf } from './params.ts';
import type { Answer, GrowMessage, GrownTrees, GrowTask, TreeGrowth } from './protocol.ts';

/**
 * Grows trees on this thread until the rounds are done, patience runs out or the task is told to stop.
 * The model depends on the task alone: not on when checkpoints were taken, nor on being taken up from one.
 * @throws RelevoError TRAINING_FAILED, NATIVE_LIBRARY_MISSING.
 */
export function growTrees(task: GrowTask): Answer<GrownTrees> {
  const api = xgboost(task.library);
  const digest = rowsDigest(task);
  const identity = fitIdentity(task, api.version, digest);
  return withMatrices(api, task, digest, (matrices) => withBooster(api, { task, identity, ...matrices }));
}

interface Grounds extends Matrices {
  task: GrowTask;
  identity: string;
}

interface Growth extends Grounds {
  booster: Booster;
  reading: Reading;
  gradients: GradientSource;
  /** Rounds that were there before. */
  before: number;
}

function withBooster(api: Xgboost, grounds: Grounds): Answer<GrownTrees> {
  const { task, train, validation } = grounds;
  const params = boosterParams(task, 0);
  const matrices = validation ? [train, validation] : [train];
  const booster = task.start
    ? Booster.load(api, task.start.model, params, matrices)
    : Booster.create(api, params, matrices);
  try {
    const growth: Growth = {
      ...grounds,
      booster,
      reading: readingOf(task.growth),
      gradients: gradientsOf(task),
      before: task.start?.mode === 'continue' ? booster.rounds() : 0,
    };
    const found = decodeCheckpoint(grounds.identity, task.checkpoint);
    if (found !== undefined) booster.unserialize(found.booster);
    const state = found?.state ?? { rounds: 0, scores: [] };
    const resumedFromStep = found?.state.rounds;
    // Whoever judges the steps sees the whole course, as if the fit had never been interrupted.
    for (let step = 1; step <= state.rounds; step++)
      say(task, { kind: 'step', step, score: state.scores[step - 1] });
    if (!growRounds(growth, state)) return { state: 'stopped' };
    return { state: 'done', value: { ...finish(growth, state), resumedFromStep } };
  } finally {
    booster.dispose();
  }
}

/** Returns false where the task was told to stop. */
function growRounds(growth: Growth, state: GrowthState): boolean {
  const { task, identity, booster } = growth;
  const { rounds, patience } = task.growth;
  const stretch = roundsOfGrowers(task);
  let savedAt = performance.now();
  while (state.rounds < rounds && !isPatienceOut(state.scores, patience)) {
    if (Atomics.load(task.stop, 0) !== 0) return false;
    if (task.growth.sampled) seedRound(growth, growth.before + state.rounds, state.rounds % stretch === 0);
    growRound(growth, growth.before + state.rounds);
    const score = scoreOfRound(growth, growth.before + state.rounds);
    if (score !== undefined) state.scores.push(finite(score, state.rounds + 1));
    state.rounds++;
    say(task, { kind: 'step', step: state.rounds, score });
    const isDue = performance.now() - savedAt >= (task.checkpointEveryMs ?? Infinity);
    if (isDue && state.rounds % stretch === 0) {
      say(task, { kind: 'checkpoint', bytes: encodeCheckpoint(identity, state, booster.serialize()) });
      savedAt = performance.now();
    }
  }
  return true;
}

/**
 * Rounds between new growers where something is sampled; a checkpoint can only be taken where new ones follow. To
 * make them takes as long as a fifth of a deep round on 20,000 rows, and is lost in a round on many.
 */
function roundsOfGrowers({ growth, train, start }: GrowTask): number {
  if (!growth.sampled || start?.mode === 'refresh') return 1;
  return Math.min(Math.max(Math.floor(manyCells / (train.rows * train.columns)), 1), 16);
}
const manyCells = 4_000_000;

function seedRound({ task, booster }: Growth, round: number, withNewGrowers: boolean): void {
  const params = boosterParams(task, round);
  if (withNewGrowers) booster.renewGrowers(params);
  else booster.set({ seed: params.seed });
}

function growRound({ task, booster, train, gradients }: Growth, round: number): void {
  if (gradients === undefined) booster.update(round, train);
  else
    booster.boost(
      train,
      gradients(() => booster.predict(train)),
      sumsOf(task.growth.task),
    );
}

/** Only where trees build on one another, and each round's model is worth judging. */
function scoreOfRound({ task, booster, reading, validation }: Growth, round: number): number | undefined {
  if (validation === undefined || task.growth.kind === 'forest' || task.start?.mode === 'refresh') return;
  return task.growth.task.kind === 'quantile'
    ? lossOn(validation, task, booster, reading)
    : booster.evaluate(round, validation);
}

function lossOn(
  matrix: NativeMatrix,
  task: GrowTask,
  booster: Booster,
  reading: Reading,
): number | undefined {
  if (task.validation === undefined) return;
  const { target, weights } = task.validation;
  return taskLoss(task.growth.task, predictionsOf(reading, booster.predict(matrix)), target, weights);
}

function finish(growth: Growth, state: GrowthState): GrownTrees {
  const { task, booster, reading, before, validation } = growth;
  if (needsWords(reading)) booster.setAttribute(attribute, JSON.stringify(reading));
  if (state.scores.length > 0) {
    const best = indexOfLeast(state.scores);
    const steps = before + best + 1;
    return { model: shared(booster.saveFirst(steps)), steps, validationScore: state.scores[best], reading };
  }
  const validationScore = validation && lossOn(validation, task, booster, reading);
  return { model: shared(booster.save()), steps: before + state.rounds, validationScore, reading };
}

/** libxgboost's own objectives speak for themselves, to Python as well. */
const needsWords = ({ form }: Reading): boolean => form === 'quantiles' || form === 'shares';

function finite(score: number, round: number): number {
  if (Number.isFinite(score)) return score;
  throw new RelevoError('TRAINING_FAILED', `The validation loss of round ${round} is ${score}`);
}

const isPatienceOut = (scores: number[], patience: TreeGrowth['patience']): boolean =>
  patience !== undefined && scores.length - 1 - indexOfLeast(scores) >= patience;

/** Position of the first least score; -1 of none. */
function indexOfLeast(scores: number[]): number {
  let least = scores.length - 1;
  for (let i = least - 1; i >= 0; i--) if (scores[i] <= scores[least]) least = i;
  return least;
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}

function say({ port, reportSteps }: GrowTask, message: GrowMessage): void {
  if (reportSteps || message.kind !== 'step') port.postMessage(message);
}
