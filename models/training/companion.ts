import type { Task } from '../../contracts/estimator.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';
import { seededRandom } from '../random.ts';
import type { CandidateContext, CandidateToFit, Companion } from './candidate.ts';
import { fitModel, type Sides } from './model.ts';
import { rowsAt } from './rows.ts';
import { withSteps } from './steps.ts';

/** Learns quantiles where the candidate's own estimator cannot. */
const quantileEstimator = 'xgboost';
/** One row in so many finds out how many steps to take, where nothing else says. */
const heldOutOf = 5;

/** Whether a fit is to have a companion. */
export const needsCompanion = (spec: PipelineSpec, { withInterval = false }: CandidateContext): boolean =>
  withInterval && spec.interval?.method === 'quantile';

/**
 * Fits the model of the interval's two quantiles, by the candidate's own estimator where it can. Without validation
 * rows it takes the candidate's `companionSteps`, or as many steps as early stopping keeps on four fifths of the rows:
 * quantiles that have learned the rows by heart are too narrow for new ones.
 */
export async function fitCompanion(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  set: Sides,
  context: CandidateContext,
): Promise<Companion | undefined> {
  const { interval } = spec;
  if (interval === undefined || !needsCompanion(spec, context)) return undefined;
  const learner = learnsQuantiles(candidate)
    ? candidate
    : { estimator: quantileEstimator, params: {}, steps: candidate.steps };
  const tail = (1 - interval.level) / 2;
  const task: Task = { kind: 'quantile', levels: [tail, 1 - tail] };
  // The checkpoints and the pruner are the candidate's own.
  const { threads, signal, seed } = context;
  const learn = (params: CandidateToFit['params'], sides: Sides) =>
    fitModel(spec, { ...learner, params }, task, sides, { threads, signal, seed });

  let { companionSteps } = candidate;
  const isOpen = estimatorByName(learner.estimator).stepsParam !== undefined;
  if (companionSteps === undefined && set.validation === undefined && isOpen) {
    const { model } = await learn(learner.params, holdOut(set, seed));
    companionSteps = model.steps;
    model.dispose?.();
  }
  const fitted = await learn(withSteps(learner.estimator, learner.params, companionSteps), set);
  return { estimator: learner.estimator, ...fitted };
}

const learnsQuantiles = ({ estimator, members = [] }: CandidateToFit): boolean =>
  [estimator, ...members.map((member) => member.estimator)].every((name) =>
    estimatorByName(name).tasks.includes('quantile'),
  );

function holdOut({ train }: Sides, seed: number): Sides {
  const order = Array.from({ length: train.target.length }, (_, row) => row);
  seededRandom(seed, 'companion').shuffle(order);
  const held = Math.floor(order.length / heldOutOf);
  const rows = (positions: number[]) => rowsAt(train, Int32Array.from(positions).sort());
  return { train: rows(order.slice(held)), validation: rows(order.slice(0, held)) };
}
