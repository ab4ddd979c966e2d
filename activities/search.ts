import type { ArtifactStore } from '../contracts/artifacts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { Params } from '../contracts/estimator.ts';
import { asLoss, type MetricName } from '../contracts/metrics.ts';
import { type Candidate, candidateNamed } from '../contracts/pipeline.ts';
import type { SearchResult } from '../contracts/runs.ts';
import { estimator, parseParams } from '../models/estimators/index.ts';
import { gridSize } from '../models/tuning/index.ts';
import type { SearchRegistry, TrialState } from '../registry/types.ts';
import { formerTrialsAtOnce } from '../temporal.config.ts';
import { scoringOf, searchIdOf, type TrainingSetRef, trainingSetKey } from './fingerprints.ts';
import { currentRun } from './runs.ts';
import { loadSpec } from './specs.ts';
import { paramsToTry, type SearchRules } from './trials.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { searches: SearchRegistry };
  threads: number;
}

/** One candidate of a training run, as the pipeline and the run's options say. */
export interface CandidatePlan {
  name: string;
  estimator: string;
  params: Params;
  search?: Candidate['search'];
  trials: number;
  sampler: Candidate['sampler'];
}
export interface OpenSearch {
  set: TrainingSetRef;
  candidate: CandidatePlan;
}
/** Its `baseline`, the pipeline's own parameters, is what trial 0 tries, so that a search never ends worse than none. */
export interface OpenedSearch extends SearchRules {
  id: string;
  /** Trials that run side by side; absent where a worker of before opened the search. */
  atOnce?: number;
  /** As many as were asked for, but no more than a grid has points. */
  trials: number;
  /** Numbers of the trials that earlier runs have finished. */
  finished: number[];
}
export interface AskedTrial {
  number: number;
  state: TrialState;
}

/** A search by ask and tell: what was tried lives in the registry, so that any run can go on with it. */
export const createSearchActivities = ({ artifacts, registry: { searches }, threads }: Deps) => ({
  /** Opens a search or finds it again; the same search is the same candidate on the same numbers. */
  async openSearch({ set, candidate }: OpenSearch): Promise<OpenedSearch> {
    const spec = await loadSpec(artifacts, set.spec);
    const kind = estimator(candidate.estimator);
    const space = candidate.search ?? kind.searchSpace;
    const baseline = parseParams(kind, candidate.params) as Params;
    const trainingSet = trainingSetKey(spec, set);
    const about = { pipeline: spec.name, candidate: candidate.name, estimator: candidate.estimator };
    const scoring = scoringOf(spec, candidate);
    const id = searchIdOf({
      ...about,
      params: baseline,
      space,
      seed: spec.seed,
      threads,
      trainingSet,
      scoring,
    });
    const search = await searches.open({ id, runId: currentRun().id, ...about, space, seed: spec.seed });
    const known = await searches.trials(id);
    const finished = known.filter(({ state }) => state !== 'asked').map(({ number }) => number);
    const { sampler } = candidate;
    const trials = sampler === 'grid' ? Math.min(candidate.trials, gridSize(space)) : candidate.trials;
    const atOnce = candidateNamed(spec, candidate.name)?.trialsAtOnce;
    return { id, space: search.space, baseline, seed: search.seed, sampler, atOnce, trials, finished };
  },

  /**
   * Decides what trials try, in the order of their numbers: from how the trials ended that each may know of, and what
   * those try that run beside it.
   */
  async askTrials(input: { search: OpenedSearch; numbers: number[] }): Promise<AskedTrial[]> {
    const { search, numbers } = input;
    const { id, atOnce = formerTrialsAtOnce } = search;
    const asked: AskedTrial[] = [];
    for (const number of numbers) {
      const known = await searches.trials(id);
      const params = paramsToTry(known, { number, atOnce }, search);
      const { state } = await searches.ask(id, number, params);
      asked.push({ number, state });
    }
    return asked;
  },

  /** The best of the first `trials` trials; a search that was once longer answers a shorter question alike. */
  async bestTrial(input: { searchId: string; metric: MetricName; trials: number }): Promise<SearchResult> {
    const tried = (await searches.trials(input.searchId)).filter(({ number }) => number < input.trials);
    const [best] = tried
      .flatMap(({ state, score, number, params }) =>
        state === 'complete' && score !== undefined ? [{ score, number, params }] : [],
      )
      .sort((a, b) => a.score - b.score || a.number - b.number);
    if (!best) {
      const reason = tried.find(({ error }) => error !== undefined)?.error ?? 'no trial has ended';
      throw new RelevoError('TRAINING_FAILED', `No trial of ${input.searchId} gave a model: ${reason}`, {
        field: 'search',
        value: input.searchId,
      });
    }
    return {
      params: best.params,
      validationScore: asLoss(input.metric, best.score),
      trials: tried.length,
      pruned: tried.filter(({ state }) => state === 'pruned').length,
    };
  },
});
