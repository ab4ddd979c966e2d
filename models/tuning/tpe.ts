import type { Dimension, Params, SearchSpace } from '../../contracts/estimator.ts';
import { type Random, seededRandom } from '../random.ts';
import { fillingPoint } from './filling.ts';
import { logDensity, parzenEstimator, sampleFrom } from './parzen.ts';
import { checkSpace, isWithin, onlyValue, sampleEvenly } from './space.ts';

/** A finished trial of a search. */
export interface TrialRecord {
  number: number;
  params: Params;
  /** Lower is better; undefined where the trial was pruned or failed. */
  score: number | undefined;
  /** Scores on the way, step ascending. A pruned trial has at least one. */
  steps: [step: number, score: number][];
}

const startupTrials = 10;
const candidates = 24;
const goodTrials = (finished: number): number => Math.min(Math.ceil(0.1 * finished), 25);

/**
 * Parameters for the next trial by the tree-structured Parzen estimator (Bergstra et al. 2011), in the multivariate
 * form that is Optuna 5's default: of 24 draws from the good trials' density, the one that is likeliest among the good
 * and unlikeliest among the rest. The first trials, until ten have finished, fill the space evenly. Pruned trials count,
 * after all complete ones; failed trials and trials of another space do not. Trials that run at the same time count
 * among the rest, so that they do not all try the same place (constant liar: Ginsbourger et al. 2010).
 * Pure: equal arguments give equal parameters.
 * @param running what is tried already and has no score yet; parameters beyond the space's do not matter.
 * @throws RelevoError PIPELINE_INVALID for an impossible dimension.
 */
export function suggestByTpe(
  space: SearchSpace,
  history: TrialRecord[],
  running: Params[],
  trialNumber: number,
  seed: number,
): Params {
  checkSpace(space);
  const open = Object.entries(space).filter(([, dimension]) => onlyValue(dimension) === undefined);
  const finished = history.filter((trial) => isUsable(trial) && isWithin(space, trial.params));
  const beside = running.filter((params) => isWithin(space, params));
  const chosen =
    finished.length < startupTrials
      ? fillingPoint(open, trialNumber, seed)
      : bestOfDraws(open, finished, beside, seededRandom(seed, 'trial', trialNumber));
  return inOrder(space, chosen);
}

/** Every dimension drawn evenly (evenly in the logarithm where `log`); depends on space, number and seed alone. */
export function suggestEvenly(space: SearchSpace, trialNumber: number, seed: number): Params {
  checkSpace(space);
  const random = seededRandom(seed, 'trial', trialNumber);
  const open = Object.entries(space).filter(([, dimension]) => onlyValue(dimension) === undefined);
  return inOrder(
    space,
    Object.fromEntries(open.map(([name, dimension]) => [name, sampleEvenly(dimension, random)])),
  );
}

/** The parameters in the order of the space, with those that leave no choice. */
const inOrder = (space: SearchSpace, chosen: Params): Params =>
  Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [name, onlyValue(dimension) ?? chosen[name]]),
  );

function bestOfDraws(
  open: [string, Dimension][],
  finished: TrialRecord[],
  running: Params[],
  random: Random,
): Params {
  const { good, rest } = divideTrials(finished, goodTrials(finished.length));
  const likely = parzenEstimator(open, good);
  const unlikely = parzenEstimator(open, [...rest, ...running]);
  let best: Params = {};
  let bestGain = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < candidates; i++) {
    const draw = sampleFrom(likely, random);
    const gain = logDensity(likely, draw) - logDensity(unlikely, draw);
    if (gain > bestGain || i === 0) [best, bestGain] = [draw, gain];
  }
  return best;
}

const isUsable = ({ score, steps }: TrialRecord): boolean =>
  score === undefined ? steps.length > 0 : !Number.isNaN(score);

/** @internal The best trials and the others, each in the order of their numbers. */
export function divideTrials(trials: TrialRecord[], goodCount: number): { good: Params[]; rest: Params[] } {
  const ranked = [...trials].sort(compareTrials);
  const paramsByAge = (part: TrialRecord[]): Params[] =>
    part.sort((a, b) => a.number - b.number).map(({ params }) => params);
  return { good: paramsByAge(ranked.slice(0, goodCount)), rest: paramsByAge(ranked.slice(goodCount)) };
}

/** Complete trials by score, then pruned ones: those that came further first, then by their last score. */
function compareTrials(a: TrialRecord, b: TrialRecord): number {
  if (a.score !== undefined && b.score !== undefined) return a.score - b.score || a.number - b.number;
  if (a.score !== undefined) return -1;
  if (b.score !== undefined) return 1;
  const [[stepA, scoreA], [stepB, scoreB]] = [lastStep(a), lastStep(b)];
  return stepB - stepA || orderable(scoreA) - orderable(scoreB) || a.number - b.number;
}

const lastStep = ({ steps }: TrialRecord): [step: number, score: number] => steps[steps.length - 1];
const orderable = (score: number): number => (Number.isNaN(score) ? Number.MAX_VALUE : score);
