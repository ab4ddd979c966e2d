import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';
import type { RetrainRows } from '../activities/retraining/rows.ts';
import type { RetrainVerdict } from '../contracts/breaker.ts';
import type { ErrorCode } from '../contracts/errors.ts';
import type { RetrainChoice } from '../contracts/hooks.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type {
  RetrainAttempt,
  RetrainInput,
  RetrainMode,
  RetrainOptions,
  RetrainResult,
} from '../contracts/retrain.ts';
import { typedError } from './failures.ts';
import { count } from './labels.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { recorded } from './recorded.ts';
import { isSettled, type RetrainGround, tryArchive, tryMode } from './retrain-attempt.ts';

/** Renews a champion whose data has moved: by the mode that was asked for or fits best, then by what follows it. */
export async function retrainWorkflow({ spec, options }: RetrainInput): Promise<RetrainResult> {
  return await recorded({ kind: 'retrain', pipeline: spec.name, input: options }, async () => {
    const book = openLogBook(`Retraining of ${spec.name}`, ['admit', 'rows', 'choose']);
    const pinned = await light.pinSpec(spec);
    await book.step(
      'admit',
      () =>
        summed(light.admitRetrain, 'ask the circuit breaker', { pipeline: spec.name, policy: spec.retrain }),
      ({ state }) => `breaker ${state}`,
    );
    return await judged(spec, () => retrain({ spec, options }, pinned, book));
  });
}

async function retrain({ spec, options }: RetrainInput, pinned: ArtifactRef, book: LogBook): Promise<Ended> {
  const divided = await book.step(
    'rows',
    () => divide(options, pinned),
    ({ rows, refusal }) =>
      rows
        ? `${count(rows.counts.fresh)} new of ${count(rows.counts.train)}, ${count(rows.counts.validation)} validation, ${count(rows.counts.test)} test`
        : refusal,
  );
  if (divided.rows === undefined) {
    const { datasetVersion, refusal } = divided;
    book.skip('choose', 'nothing to learn from');
    return { result: { datasetVersion, why: refusal, attempts: [] }, verdict: 'neutral' };
  }
  const { rows } = divided;
  const choice = await book.step(
    'choose',
    () => summed(light.chooseRetrain, 'choose the mode', { spec: pinned, options, rows }),
    ({ mode, why }) => `${mode}: ${why}`,
  );
  const ground: RetrainGround = { spec, pinned, options, rows };
  const attempts = choice.archive ? [await tryArchive(ground, book)] : [];
  let mode = choice.mode === 'none' ? undefined : choice.mode;
  while (mode !== undefined && !isSettled(attempts)) {
    attempts.push(await tryMode(ground, book, mode));
    if (!isSettled(attempts)) mode = choice.isOptional ? undefined : await following(ground, attempts);
  }
  const champion = attempts.find(({ outcome }) => outcome === 'promoted')?.modelVersion;
  const result = { datasetVersion: rows.datasetVersion, why: choice.why, attempts, champion };
  return { result, verdict: verdictOf(attempts, choice) };
}

type Divided =
  | { rows: RetrainRows; refusal?: undefined }
  | { rows?: undefined; datasetVersion: string; refusal: string };

/**
 * The rows of the retrain. A check asks by itself, and between its look and now a training may have taught the champion
 * what it found: then there is nothing to do, and nothing has failed.
 */
async function divide({ datasetVersion, driftCheck }: RetrainOptions, pinned: ArtifactRef): Promise<Divided> {
  try {
    const input = { spec: pinned, datasetVersion, driftCheck };
    return { rows: await summed(compute.divideForRetrain, 'divide the rows', input) };
  } catch (error) {
    const { code, message } = typedError(error);
    const isByCheck = driftCheck !== undefined && datasetVersion !== undefined;
    if (code !== 'RETRAIN_IMPOSSIBLE' || !isByCheck || !patched('check-without-new-rows')) throw error;
    return { datasetVersion, refusal: message };
  }
}

/** A retrain's result, and what the circuit breaker is told of it. */
interface Ended {
  result: RetrainResult;
  verdict: RetrainVerdict;
}

/** What is tried next: what the pipeline's hook says, else the first of the chain that was not tried yet. */
async function following(
  { spec, pinned, options, rows }: RetrainGround,
  attempts: RetrainAttempt[],
): Promise<RetrainMode | undefined> {
  const isNew = (mode: RetrainMode) => !attempts.some((attempt) => attempt.mode === mode);
  const { fallback, hooks } = spec.retrain;
  if (hooks.fallback === undefined) return fallback.find(isNew);
  const named = await summed(light.chooseFallback, `ask the hook ${hooks.fallback}`, {
    spec: pinned,
    options,
    rows,
    attempts,
  });
  return named.mode !== undefined && isNew(named.mode) ? named.mode : undefined;
}

/** Faults of what was asked or of what there is, which no breaker can mend. */
const neutral: ErrorCode[] = [
  'RETRAIN_IMPOSSIBLE',
  'CHAMPION_MISSING',
  'DATASET_NOT_FOUND',
  'DRIFT_CHECK_NOT_FOUND',
  'PIPELINE_INVALID',
];

/** Tells the circuit breaker how the retrain ended, whatever way it did. */
async function judged(spec: PipelineSpec, work: () => Promise<Ended>): Promise<RetrainResult> {
  const tell = (verdict: RetrainVerdict, reason: string) =>
    CancellationScope.nonCancellable(() =>
      summed(light.concludeRetrain, `tell the circuit breaker: ${verdict}`, {
        pipeline: spec.name,
        policy: spec.retrain,
        verdict,
        reason,
      }),
    );
  try {
    const { result, verdict } = await work();
    await tell(verdict, result.attempts.at(-1)?.reason ?? result.why);
    return result;
  } catch (error) {
    const { code, message } = typedError(error);
    const isNeutral = isCancellation(error) || neutral.includes(code);
    await tell(isNeutral ? 'neutral' : 'failure', message);
    throw error;
  }
}

function verdictOf(attempts: RetrainAttempt[], { isOptional = false }: RetrainChoice): RetrainVerdict {
  if (attempts.some(({ outcome }) => outcome === 'contending')) return 'contending';
  if (isSettled(attempts)) return 'success';
  if (attempts.some(({ outcome }) => outcome === 'lost')) return isOptional ? 'neutral' : 'loss';
  return attempts.some(({ outcome }) => outcome === 'failed') ? 'failure' : 'neutral';
}
