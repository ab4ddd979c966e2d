import { chosenOf } from '../../../contracts/choice.ts';
import { environment } from '../../../contracts/env.ts';
import type { Params } from '../../../contracts/estimator.ts';
import type { EvaluationReport } from '../../../contracts/evaluation.ts';
import { asLoss, type Metrics } from '../../../contracts/metrics.ts';
import { candidateName, classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import { type Fold, makeFolds } from '../../../models/evaluation/folds.ts';
import { bootstrapMetrics } from '../../../models/evaluation/judge.ts';
import { evaluationReport } from '../../../models/evaluation/report.ts';
import { candidateToFit, withSteps } from '../../../models/training/fit.ts';
import type { PreparedRows, TrainingSet } from '../../../models/training/rows.ts';
import { type Scored, scoreCandidate } from '../../../models/training/score.ts';
import { taskOf } from '../../../models/training/task.ts';
import { type Scoring, scoreOne } from '../champion.ts';

const resamples = 2_000;
/** Shuffles that no choice was made by. */
const otherSeeds = [43, 44, 45, 46, 47];

/** Mean over folds of the pipeline's metric, and its standard error: their deviation over the root of their number. */
export interface OverFolds {
  mean: number;
  standardError: number;
  folds: number[];
}
interface AtBest extends OverFolds {
  params: Params;
  trials: number;
}
export interface Searched {
  rows: number;
  /** Each candidate at the point of its grid that is best on these folds. */
  candidates: Record<string, AtBest>;
  best: { candidate: string } & AtBest;
  /** The best one on other folds of the same rows: what is left when luck did not help to choose it. */
  onOtherFolds: { seeds: number[]; mean: number };
  /** Of the best one's answers to rows that it had not learned from, pooled: with 95 % bootstrap intervals. */
  metrics: Metrics;
  classification: Omit<
    Extract<EvaluationReport, { kind: 'classification' }>,
    'kind' | 'roc' | 'precisionRecall'
  >;
}

export function overFolds(folds: number[]): OverFolds {
  const mean = folds.reduce((sum, value) => sum + value, 0) / folds.length;
  const squares = folds.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (folds.length - 1) / folds.length), folds };
}

/** The folds that every candidate is scored on. */
export const foldsOf = (spec: PipelineSpec, { target }: PreparedRows): Fold[] =>
  makeFolds(spec.validation, spec.seed, { count: target.length, target, task: taskOf(spec) });

/** Every candidate's grid on the folds of the pipeline's seed, and what there is to say about the best. */
export async function searchCandidates(
  spec: PipelineSpec,
  set: TrainingSet,
): Promise<{ searched: Searched; best: Scoring }> {
  const all: Scoring[] = [];
  for (const candidate of spec.candidates) {
    const scoring = await scoreOne(spec, candidate, set);
    const { mean } = ofScored(spec, scoring.scored);
    process.stderr.write(`${candidateName(candidate)}: ${spec.metric} ${mean.toFixed(4)}\n`);
    all.push(scoring);
  }
  const best = chosenOf(spec.metric, all);
  const atBest = (scoring: Scoring): AtBest => ({
    ...ofScored(spec, scoring.scored),
    params: scoring.params,
    trials: scoring.trials,
  });
  const searched: Searched = {
    rows: best.scored.held.rows.target.length,
    candidates: Object.fromEntries(all.map((scoring) => [candidateName(scoring.candidate), atBest(scoring)])),
    best: { candidate: candidateName(best.candidate), ...atBest(best) },
    onOtherFolds: await onOtherFolds(spec, best, set),
    ...(await judge(spec, best.scored)),
  };
  return { searched, best };
}

const ofScored = ({ metric }: PipelineSpec, { folds = [] }: Scored): OverFolds =>
  overFolds(folds.map((loss) => asLoss(metric, loss)));

async function judge(
  spec: PipelineSpec,
  { held }: Scored,
): Promise<Pick<Searched, 'metrics' | 'classification'>> {
  const [task, actual] = [taskOf(spec), held.rows.target];
  const metrics = await bootstrapMetrics(task, actual, held.predictions, { seed: spec.seed, resamples });
  const report = await evaluationReport(task, classesOf(spec), actual, held.predictions);
  if (report.kind !== 'classification') throw new Error(`${spec.name} is no classification`);
  const { kind, roc, precisionRecall, ...classification } = report;
  return { metrics, classification };
}

async function onOtherFolds(
  spec: PipelineSpec,
  { candidate, params, scored }: Scoring,
  set: TrainingSet,
): Promise<Searched['onOtherFolds']> {
  const toFit = candidateToFit(
    spec,
    candidateName(candidate),
    withSteps(candidate.estimator, params, scored.steps),
  );
  const means: number[] = [];
  for (const seed of otherSeeds) {
    const { score } = await scoreCandidate(spec, toFit, set, { ...contextOf(), seed });
    means.push(asLoss(spec.metric, score));
  }
  return { seeds: otherSeeds, mean: overFolds(means).mean };
}

export const contextOf = () => ({
  threads: environment().RELEVO_THREADS,
  signal: new AbortController().signal,
});
