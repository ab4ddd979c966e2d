import { RelevoError } from '../../../contracts/errors.ts';
import type { Constraints, Task } from '../../../contracts/estimator.ts';
import type { BoosterParams } from '../../native/booster.ts';
import { type Form, formOf, type Reading } from './form.ts';
import type { GrowTask, TreeGrowth } from './protocol.ts';

/** What libxgboost is told for one round. */
export function boosterParams({ growth, threads, start }: GrowTask, round: number): BoosterParams {
  return {
    ...growth.params,
    ...objectiveOf(growth, start !== undefined),
    ...(start?.mode === 'refresh'
      ? { process_type: 'update', updater: 'refresh', refresh_leaf: 1 }
      : { tree_method: 'hist' }),
    nthread: threads,
    seed: seedOf(growth, round),
    seed_per_iteration: 1,
  };
}

const libraryObjectives: Record<Form, BoosterParams> = {
  value: { objective: 'reg:squarederror', eval_metric: 'rmse' },
  logistic: { objective: 'binary:logistic', eval_metric: 'logloss' },
  softmax: { objective: 'multi:softprob', eval_metric: 'mlogloss' },
  // Grown on Relevo's own gradients; of the objective only the identity link is used.
  quantiles: { objective: 'reg:squarederror', eval_metric: 'rmse' },
  shares: { objective: 'reg:squarederror', eval_metric: 'rmse' },
};

function objectiveOf({ kind, task, base }: TreeGrowth, isLoaded: boolean): BoosterParams {
  const form = formOf(kind, task);
  const params = { ...libraryObjectives[form] };
  if (base.length > 1) params.num_class = base.length;
  // A loaded model brings its own.
  if (!isLoaded) params.base_score = baseScore(form, base);
  return params;
}

function baseScore(form: Form, [base]: number[]): number {
  if (form === 'logistic') return 1 / (1 + Math.exp(-base));
  return form === 'value' ? base : 0;
}

/**
 * libxgboost counts rounds for its own gradients only, so rounds on Relevo's draw from a seed of their own.
 * Seeds are spread so that neighbouring seeds of the pipeline share no tree.
 */
function seedOf({ kind, task, seed }: TreeGrowth, round: number): string {
  const ownGradients = kind === 'forest' || task.kind === 'quantile';
  return String(BigInt.asUintN(52, BigInt(seed) * 100_003n + (ownGradients ? BigInt(round) : 0n)));
}

export function readingOf({ kind, task, base }: TreeGrowth): Reading {
  const form = formOf(kind, task);
  return { form, base: form === 'quantiles' || form === 'shares' ? base : base.map(() => 0) };
}

/**
 * The constraints as libxgboost takes them.
 * @throws RelevoError PIPELINE_INVALID on features that are not there, and on a direction for more than two classes.
 */
export function constraintParams(
  constraints: Constraints | undefined,
  names: string[],
  task: Task,
): BoosterParams {
  const { monotone = {}, interactions = [] } = constraints ?? {};
  const params: BoosterParams = {};
  const at = (name: string, field: string): number => {
    const index = names.indexOf(name);
    if (index < 0) throw invalid(field, name, `one of ${names.join(', ')}`);
    return index;
  };
  const directions = new Array<number>(names.length).fill(0);
  for (const [name, direction] of Object.entries(monotone))
    directions[at(name, 'constraints.monotone')] = direction === 'increasing' ? 1 : -1;
  if (directions.some((direction) => direction !== 0)) {
    if (task.kind === 'classification' && task.classes > 2)
      throw invalid(
        'constraints.monotone',
        Object.keys(monotone).join(', '),
        'none for more than two classes',
      );
    params.monotone_constraints = `(${directions})`;
  }
  if (interactions.length > 0) {
    const groups = interactions.map((group) => group.map((name) => at(name, 'constraints.interactions')));
    const grouped = new Set(groups.flat());
    const alone = [...names.keys()].filter((index) => !grouped.has(index)).map((index) => [index]);
    params.interaction_constraints = JSON.stringify([...groups, ...alone]);
  }
  return params;
}

const invalid = (field: string, value: string, expected: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `The constraint on "${value}" cannot be kept: expected ${expected}`, {
    field,
    value,
    expected,
  });
