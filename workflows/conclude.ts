import { upsertMemo } from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import type { Renewal } from '../activities/registration.ts';
import { chosenOf } from '../contracts/choice.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { CandidateResult, TrainResult } from '../contracts/runs.ts';
import type { Fitted } from './candidates.ts';
import { contend } from './contend.ts';
import { figure } from './labels.ts';
import type { LogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { tag } from './recorded.ts';

/** Judges on the test rows, makes the winner a version, and lets it contend. */
export async function conclude(
  spec: PipelineSpec,
  book: LogBook,
  set: TrainingSetRef,
  fitted: Fitted[],
  how: { promote: boolean; renewal?: Renewal },
): Promise<TrainResult> {
  const evaluation = await book.step('evaluate', () =>
    summed(compute.evaluateCandidates, `evaluate ${fitted.length} candidates on the test rows`, {
      set,
      candidates: fitted.map(({ plan, fit }) => ({ name: plan.name, native: fit.native })),
    }),
  );
  const candidates = fitted.map(
    (one): CandidateResult => ({
      candidate: one.plan.name,
      estimator: one.plan.estimator,
      params: one.fit.params,
      validationScore: one.score.validationScore,
      tie: one.score.tie,
      metrics: evaluation.metrics[one.plan.name],
      trials: one.search?.trials ?? 0,
      resumedFromStep: one.fit.resumedFromStep ?? one.score.resumedFromStep,
    }),
  );
  const winner = chosenOf(spec.metric, candidates);
  const { fit } = fitted[candidates.indexOf(winner)];
  const { candidate } = winner;
  const exported = await book.step(
    'export',
    () => summed(compute.exportModel, `export ${candidate} to ONNX`, { set, candidate, native: fit.native }),
    ({ parityMaxAbsolute }) => `${candidate}, parity ${figure(parityMaxAbsolute)}`,
  );
  const explanation = await book.step('explain', () =>
    summed(compute.explainModel, `explain ${candidate}`, { set, native: fit.native }),
  );
  const { predictions, report } = evaluation;
  const { version } = await book.step(
    'register',
    () =>
      summed(light.registerModel, `register ${candidate}`, {
        set,
        winner,
        candidates,
        fit,
        exported,
        artifacts: { predictions, evaluation: report, explanation },
        ...(how.renewal && { renewal: how.renewal }),
      }),
    (registered) => registered.version,
  );
  tag({ modelVersion: version });
  const challenger = { version, onnx: exported.onnx, heads: fit.heads };
  const promotion = how.promote ? await contend(spec, book, set, challenger) : undefined;
  if (!promotion) book.skip('promote', 'not asked for');
  upsertMemo({ modelVersion: version, datasetVersion: set.datasetVersion, winner: candidate });
  return {
    modelVersion: version,
    datasetVersion: set.datasetVersion,
    winner: candidate,
    candidates,
    metric: spec.metric,
    onnx: exported.onnx,
    parityMaxAbsolute: exported.parityMaxAbsolute,
    promotion,
  };
}
