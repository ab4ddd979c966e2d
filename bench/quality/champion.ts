import type { FittingContext } from '../../activities/fitting.ts';
import { knownTo, paramsToTry, stepStride } from '../../activities/trials.ts';
import { chosenOf, type Tie } from '../../contracts/choice.ts';
import { environment, trialThreads } from '../../contracts/env.ts';
import { type FitContext, type Params, PrunedError } from '../../contracts/estimator.ts';
import { asLoss } from '../../contracts/metrics.ts';
import { type Candidate, candidateName, type PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator, parseParams } from '../../models/estimators/index.ts';
import {
  candidateToFit,
  type FittedCandidate,
  fitCandidate,
  withHeads,
  withSteps,
} from '../../models/training/fit.ts';
import { type FittedHeads, fitHeads, type HeadsReport } from '../../models/training/heads.ts';
import { joinRows, type TrainingSet } from '../../models/training/rows.ts';
import { type Scored, scoreCandidate } from '../../models/training/score.ts';
import { tieOf } from '../../models/training/tie.ts';
import { gridSize, shouldPrune, type TrialRecord } from '../../models/tuning/index.ts';
import type { Trial, TrialOutcome } from '../../registry/types.ts';
import { inWindow } from '../../workflows/window.ts';

const { signal } = new AbortController();
const contextOf = (seed: number, onStep?: FitContext['onStep']): FittingContext => ({
  threads: environment().RELEVO_THREADS,
  signal,
  seed,
  onStep,
});

export interface Scoring {
  candidate: Candidate;
  params: Params;
  scored: Scored;
  learnt: FittedHeads;
  /** The pipeline's metric on rows not learned from, as it answers them. */
  validationScore: number;
  tie?: Tie;
  trials: number;
}
export interface Champion {
  winner: string;
  params: Params;
  fitted: FittedCandidate;
  heads: HeadsReport;
  /** The pipeline's metric on rows not learned from, by candidate. */
  validation: Record<string, number>;
}

/** The search of a training run: as many of the trials that are asked run at once as a worker has slots. */
export async function search(
  spec: PipelineSpec,
  candidate: Candidate,
  set: TrainingSet,
): Promise<{ params: Params; trials: Trial[] }> {
  const kind = estimator(candidate.estimator);
  const space = candidate.search ?? kind.searchSpace;
  const { sampler, trials: wanted, trialsAtOnce: atOnce } = candidate;
  const count = sampler === 'grid' ? Math.min(wanted, gridSize(space)) : wanted;
  const baseline = parseParams(kind, candidate.params) as Params;
  const trials: Trial[] = [];
  const running = new Set<Promise<void>>();
  await inWindow(count, atOnce, {
    async prepare(number) {
      if (running.size === environment().RELEVO_COMPUTE_SLOTS) await Promise.race(running);
      const params = paramsToTry(trials, { number, atOnce }, { space, sampler, baseline, seed: spec.seed });
      const known = knownTo(trials, { number, atOnce });
      trials.push({ ...blank, number, params });
      return () => {
        const end = runTrial(spec, candidate, params, set, known).then((outcome) => {
          Object.assign(trials[number], outcome);
          running.delete(end);
        });
        running.add(end);
        return end;
      };
    },
    ended: async () => undefined,
    isOver: () => false,
  });
  const complete = trials.filter(({ state }) => state === 'complete');
  complete.sort((a, b) => (a.score ?? 0) - (b.score ?? 0) || a.number - b.number);
  return { params: complete[0].params, trials };
}

const blank = {
  searchId: 'bench',
  state: 'asked',
  score: undefined,
  steps: [],
  askedAt: '',
  toldAt: undefined,
  error: undefined,
} as const satisfies Partial<Trial>;

async function runTrial(
  spec: PipelineSpec,
  candidate: Candidate,
  params: Params,
  set: TrainingSet,
  history: TrialRecord[],
): Promise<TrialOutcome & { score: number | undefined }> {
  const steps: TrialOutcome['steps'] = [];
  let best = Number.POSITIVE_INFINITY;
  const onStep: FitContext['onStep'] = (step, total, at) => {
    if (at === undefined || step % stepStride(total) !== 0) return 'continue';
    best = Math.min(best, at);
    steps.push([step, best]);
    return shouldPrune(candidate.pruner, history, step, best) ? 'prune' : 'continue';
  };
  const context = { ...contextOf(spec.seed, onStep), threads: trialThreads(environment()) };
  try {
    const toFit = candidateToFit(spec, candidateName(candidate), params);
    const { score } = await scoreCandidate(spec, toFit, set, context);
    return { state: 'complete', score, steps };
  } catch (error) {
    if (error instanceof PrunedError) return { state: 'pruned', score: error.score, steps };
    throw error;
  }
}

/** One candidate searched and scored, as the activities of a training run do it. */
export async function scoreOne(spec: PipelineSpec, candidate: Candidate, set: TrainingSet): Promise<Scoring> {
  const found = candidate.trials > 0 ? await search(spec, candidate, set) : undefined;
  const params = found?.params ?? candidate.params;
  const toFit = candidateToFit(spec, candidateName(candidate), params);
  const scored = await scoreCandidate(spec, toFit, set, { ...contextOf(spec.seed), withInterval: true });
  const learnt = await fitHeads(spec, scored.held, contextOf(spec.seed));
  const { loss = scored.score, answers = scored.held.predictions } = learnt;
  const tie = await tieOf(spec, scored.held.rows.target, answers, contextOf(spec.seed));
  const validationScore = asLoss(spec.metric, loss);
  const trials = found?.trials.length ?? 0;
  return { candidate, params, scored, learnt, validationScore, tie, trials };
}

/** The model that a training run keeps of a scored candidate: heads, and fitted on all that it may learn from. */
export async function keep(
  spec: PipelineSpec,
  { candidate, params, scored, learnt: { heads, report } }: Scoring,
  set: TrainingSet,
): Promise<{ fitted: FittedCandidate; heads: HeadsReport }> {
  const context = { ...contextOf(spec.seed), withInterval: true };
  const isHeldOut = spec.validation.kind === 'holdout';
  const keepsOwn = spec.calibration !== 'none' && isHeldOut;
  const { train, validation } = set;
  const rows = keepsOwn ? { train, validation } : { train: joinRows(train, validation) };
  const steps = withSteps(candidate.estimator, params, scored.steps);
  const toFit = candidateToFit(spec, candidateName(candidate), steps);
  const { companionSteps } = scored;
  const scoredOn = isHeldOut ? { train, validation } : rows;
  const fitted = await fitCandidate(spec, { ...toFit, companionSteps }, rows, context, scoredOn);
  return { fitted: withHeads(fitted, heads), heads: report };
}

/** Trains every candidate as a training run does and gives the one that it would choose. */
export async function trainChampion(spec: PipelineSpec, set: TrainingSet): Promise<Champion> {
  const all: Scoring[] = [];
  for (const candidate of spec.candidates) all.push(await scoreOne(spec, candidate, set));
  const best = chosenOf(spec.metric, all);
  const validation = Object.fromEntries(
    all.map(({ candidate, validationScore }) => [candidateName(candidate), validationScore]),
  );
  const { fitted, heads } = await keep(spec, best, set);
  return { winner: candidateName(best.candidate), params: best.params, fitted, heads, validation };
}
