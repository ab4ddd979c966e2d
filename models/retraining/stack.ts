import type { LabelledRows, Params } from '../../contracts/estimator.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import {
  type FittedMember,
  fitMember,
  memberContext,
  withSteps as withKeptSteps,
} from '../estimators/ensembles/member.ts';
import { dealFolds, takeRows } from '../estimators/ensembles/rows.ts';
import { joined, metaOf, opinionsOf, stackingModel } from '../estimators/ensembles/stacking.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';
import { assemble } from '../training/candidate.ts';
import type { CandidateContext, FittedCandidate } from '../training/fit.ts';
import { rowWeights, type Sides } from '../training/model.ts';
import { hold, lossOn } from '../training/score.ts';
import type { Updated } from './updated.ts';

const folds = 5;

/** What learns beside the champion: of the champion's kind where that is no ensemble itself. */
export interface Newcomer {
  estimator: string;
  params: Params;
}

/**
 * Keeps a champion as it is and learns over it, on rows that are new to it: a newcomer learns the new rows, and a
 * ridge regression (of classes a logistic regression) learns what to make of both opinions, where the newcomer
 * gives its own on rows that it had not seen.
 * Reference: Wolpert, Stacked Generalization, Neural Networks 5, 1992.
 */
export async function stackOn(
  spec: PipelineSpec,
  base: FittedCandidate,
  newcomer: Newcomer,
  { train, validation = train }: Sides,
  context: CandidateContext,
): Promise<Updated> {
  const { task } = base;
  const { seed } = context;
  const inner = memberContext(context);
  const rows: LabelledRows = {
    features: train.features,
    target: train.residual,
    weights: rowWeights(spec.weights, task, train)(train),
  };
  const champion: FittedMember = {
    name: 'champion',
    estimator: base.estimator,
    steps: base.steps,
    model: base.model,
  };
  const fitNew = (part: LabelledRows, params: Params) =>
    fitMember(estimatorByName, { name: 'newcomer', ...newcomer, params }, { train: part, task, seed }, inner);
  const fresh = await fitNew(rows, newcomer.params);
  const params = withKeptSteps(estimatorByName(newcomer.estimator), newcomer.params, fresh.model);
  const opinions: LabelledRows[] = [];
  for (const fold of dealFolds(rows, task, folds, seed)) {
    const other = await fitNew(takeRows(rows, fold.train), params);
    const held = takeRows(rows, fold.test);
    opinions.push({ ...held, features: await opinionsOf([champion, other], held.features, task) });
    other.model.dispose?.();
  }
  const meta = await fitMember(estimatorByName, metaOf(task), { train: joined(opinions), task, seed }, inner);
  const model = stackingModel([champion, fresh], meta, task);
  const fitted = assemble({ ...base, estimator: 'stacking', steps: [], model, heads: {} });
  const held = await hold(fitted, validation);
  const { length } = rows.target;
  return {
    fitted,
    held,
    loss: lossOn(spec, held),
    note: `${newcomer.estimator} and a corrector over ${length} new rows`,
  };
}
