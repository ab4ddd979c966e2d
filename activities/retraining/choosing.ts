import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { Hooks, RetrainChoice, RetrainSituation } from '../../contracts/hooks.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { RetrainAttempt, RetrainMode, RetrainOptions } from '../../contracts/retrain.ts';
import { chooseMode } from '../../models/retraining/choose.ts';
import type { BreakerRegistry, DriftRegistry, RunRegistry } from '../../registry/types.ts';
import { loadSpec } from '../specs.ts';
import type { RetrainRows } from './rows.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: {
    drift: Pick<DriftRegistry, 'get'>;
    runs: Pick<RunRegistry, 'list'>;
    breakers: Pick<BreakerRegistry, 'get'>;
  };
  hooks: Pick<Hooks, 'retrain' | 'fallback'>;
}

export interface ChooseInput {
  spec: ArtifactRef;
  options: RetrainOptions;
  rows: RetrainRows;
}

const minuteMs = 60_000;

/** What is tried, and what after it. */
export function createChoosingActivities({ artifacts, registry, hooks }: Deps) {
  const situationOf = async (
    spec: PipelineSpec,
    { options, rows }: ChooseInput,
  ): Promise<RetrainSituation> => {
    const { driftCheck, mode = spec.retrain.mode } = options;
    const { spent } = await registry.breakers.get(spec.name);
    const check = driftCheck === undefined ? undefined : await registry.drift.get(spec.name, driftCheck);
    const { version, createdAt, estimator, plan, canContinue, mode: madeBy } = rows.champion;
    return {
      pipeline: spec.name,
      asked: mode,
      champion: { version, estimator, createdAt, candidate: plan.name, mode: madeBy },
      rows: { total: rows.counts.train, fresh: rows.counts.fresh },
      canContinue,
      fullMinutes: await trainingMinutes(registry.runs, spec.name),
      minutesLeft: spec.retrain.budget.computeMinutesPerDay - spent.computeMinutes,
      report: check?.report,
    };
  };

  return {
    /** What a person asked for, else what the pipeline's hook says, else what fits the drift. */
    async chooseRetrain(input: ChooseInput): Promise<RetrainChoice> {
      const spec = await loadSpec(artifacts, input.spec);
      const situation = await situationOf(spec, input);
      const name = spec.retrain.hooks.retrain;
      const isFree = input.options.mode === undefined || input.options.mode === 'auto';
      const said =
        name !== undefined && isFree ? await hookNamed(hooks.retrain, 'retrain', name)(situation) : undefined;
      return said ?? chooseMode(situation);
    },

    async chooseFallback(
      input: ChooseInput & { attempts: RetrainAttempt[] },
    ): Promise<{ mode?: RetrainMode }> {
      const spec = await loadSpec(artifacts, input.spec);
      const name = spec.retrain.hooks.fallback ?? '';
      const hook = hookNamed(hooks.fallback, 'fallback', name);
      return { mode: await hook(await situationOf(spec, input), input.attempts) };
    },
  };
}

/** How long the last training took. */
async function trainingMinutes(
  runs: Pick<RunRegistry, 'list'>,
  pipeline: string,
): Promise<number | undefined> {
  const [last] = await runs.list({ pipeline, kind: 'train', state: 'completed', limit: 1 });
  if (last?.finishedAt === undefined) return undefined;
  return (Date.parse(last.finishedAt) - Date.parse(last.startedAt)) / minuteMs;
}

/** @throws RelevoError PIPELINE_INVALID with the names that exist. */
export function hookNamed<T>(known: Record<string, T>, kind: keyof Hooks, name: string): T {
  if (Object.hasOwn(known, name)) return known[name];
  throw new RelevoError('PIPELINE_INVALID', `There is no ${kind} hook "${name}" in pipelines/hooks`, {
    field: `retrain.hooks.${kind}`,
    value: name,
    expected: `one of ${Object.keys(known).join(', ')}`,
  });
}
