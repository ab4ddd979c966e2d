import { RelevoError } from '../../contracts/errors.ts';
import type { LabelledRows } from '../../contracts/estimator.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator as estimatorByName, parseParams } from '../estimators/index.ts';
import { applySteps } from '../features/index.ts';
import { assemble } from '../training/candidate.ts';
import { constraintsOn } from '../training/constraints.ts';
import type { CandidateContext, FittedCandidate } from '../training/fit.ts';
import { rowWeights, type Sides } from '../training/model.ts';
import type { PreparedRows } from '../training/rows.ts';
import { hold, lossOn } from '../training/score.ts';
import { withSteps } from '../training/steps.ts';
import type { Updated } from './updated.ts';

/** Rounds that may be added, as a share of those that the model has, and at least. */
const addedShare = 0.3;
const leastAdded = 20;

/**
 * Lets a champion go on over new rows, in both ways that its estimator knows: leaves learnt anew, and more steps. The
 * better one on the validation rows is kept.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where its estimator cannot go on.
 */
export async function continueCandidate(
  spec: PipelineSpec,
  base: FittedCandidate,
  { train, validation = train }: Sides,
  context: CandidateContext,
): Promise<Updated> {
  const { estimator: name, model, steps, task } = base;
  const estimator = estimatorByName(name);
  const { update } = estimator;
  if (update === undefined)
    throw new RelevoError('RETRAIN_IMPOSSIBLE', `A model of ${name} cannot go on over new rows`, {
      field: 'estimator',
      value: name,
      expected: 'an estimator that grows in steps, such as xgboost',
    });
  const bytes = await model.save();
  const weightsOf = rowWeights(spec.weights, task, train);
  const labelled = async (rows: PreparedRows): Promise<LabelledRows> => ({
    features: await applySteps(steps, rows.features),
    target: rows.residual,
    weights: weightsOf(rows),
  });
  const sides = { train: await labelled(train), validation: await labelled(validation) };
  const known = stepsOf(base);
  const params = withSteps(name, base.params, Math.max(leastAdded, Math.ceil(known * addedShare)));
  const { threads, signal, seed } = context;
  let best: Updated | undefined;
  for (const mode of ['refresh', 'continue'] as const) {
    const updated = await update(
      bytes,
      mode,
      {
        ...sides,
        params: parseParams(estimator, params),
        seed,
        task,
        constraints: constraintsOn(spec.constraints, steps, sides.train.features.names),
      },
      { threads, signal },
    );
    const kept = withSteps(name, base.params, updated.steps);
    const fitted = assemble({ ...base, params: kept, model: updated, heads: {} });
    const held = await hold(fitted, validation);
    const loss = lossOn(spec, held);
    const note =
      mode === 'refresh' ? 'leaves learnt anew' : `${(updated.steps ?? known) - known} steps added`;
    if (best !== undefined && best.loss <= loss) {
      updated.dispose?.();
      continue;
    }
    best?.fitted.model.dispose?.();
    best = { fitted, loss, held, note };
  }
  if (best === undefined) throw new RangeError('no way to go on was tried');
  return best;
}

/** Steps of a model, which a saved one tells by its parameters. */
function stepsOf({ estimator, params, model }: FittedCandidate): number {
  const { stepsParam } = estimatorByName(estimator);
  return model.steps ?? Number(stepsParam === undefined ? 0 : (params[stepsParam] ?? 0));
}
