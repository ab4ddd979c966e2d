import { isCancellation } from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import type { Renewal } from '../activities/registration.ts';
import type { RetrainRows } from '../activities/retraining/rows.ts';
import type { ErrorCode } from '../contracts/errors.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type { RetrainAttempt, RetrainMode, RetrainOptions } from '../contracts/retrain.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { type Fitted, fitAll } from './candidates.ts';
import { conclude } from './conclude.ts';
import { contend } from './contend.ts';
import { typedError } from './failures.ts';
import { figure } from './labels.ts';
import type { LogBook } from './log-book.ts';
import { compute, summed } from './proxies.ts';
import { concludingSteps, fitStep, fittingSteps, planCandidates } from './train-plan.ts';

/** What every attempt stands on. */
export interface RetrainGround {
  spec: PipelineSpec;
  pinned: ArtifactRef;
  options: RetrainOptions;
  rows: RetrainRows;
}

type Tried = Omit<RetrainAttempt, 'mode'>;

/** Whether nothing more is to be tried. */
export const isSettled = (attempts: RetrainAttempt[]): boolean =>
  attempts.some(({ outcome }) => ['promoted', 'contending', 'registered'].includes(outcome));

/** Makes a version by one mode and lets it contend. A fault is the attempt's outcome, and not the run's. */
export const tryMode = (ground: RetrainGround, book: LogBook, mode: RetrainMode): Promise<RetrainAttempt> =>
  attempt(mode, async () => {
    const { set, fitted, renewal } = await makers[mode](ground, book, mode);
    const { modelVersion, promotion } = await conclude(
      ground.spec,
      book.part(mode, concludingSteps),
      set,
      fitted,
      {
        promote: ground.options.promote,
        renewal: { mode, champion: ground.rows.champion.version, ...renewal },
      },
    );
    return outcomeOf(modelVersion, promotion);
  });

/** Lets the archived version contend that does best on the validation rows, where one does better than the champion. */
export const tryArchive = (ground: RetrainGround, book: LogBook): Promise<RetrainAttempt> =>
  attempt('archive', async () => {
    const part = book.part('archive', ['compare', 'promote']);
    const set = setOf(ground, ground.rows.whole);
    const { best, reason } = await part.step(
      'compare',
      () => summed(compute.findArchived, 'compare archived versions', { set }),
      (found) => found.reason,
    );
    if (best === undefined || !ground.options.promote) return { outcome: 'refused', reason };
    const decision = await contend(ground.spec, part, set, best);
    return outcomeOf(best.version, decision);
  });

/** Codes that say that a mode cannot serve here, and not that something broke. */
const refusals: ErrorCode[] = ['RETRAIN_IMPOSSIBLE', 'DATASET_TOO_SMALL'];

async function attempt(mode: RetrainAttempt['mode'], work: () => Promise<Tried>): Promise<RetrainAttempt> {
  try {
    return { mode, ...(await work()) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { code, message } = typedError(error);
    return { mode, outcome: refusals.includes(code) ? 'refused' : 'failed', reason: message };
  }
}

function outcomeOf(modelVersion: string, decision: PromotionDecision | undefined): Tried {
  if (decision === undefined) return { outcome: 'registered', reason: 'not asked to contend', modelVersion };
  const { promoted, contest, reason } = decision;
  return { outcome: promoted ? 'promoted' : contest ? 'contending' : 'lost', reason, modelVersion };
}

const setOf = ({ pinned, rows }: RetrainGround, split: ArtifactRef): TrainingSetRef => ({
  spec: pinned,
  datasetVersion: rows.datasetVersion,
  split,
});

interface Made {
  /** The rows that the version has learned from, and those that it is judged on. */
  set: TrainingSetRef;
  fitted: Fitted[];
  renewal?: Partial<Renewal>;
}
type Maker = (ground: RetrainGround, book: LogBook, mode: RetrainMode) => Promise<Made>;

/** All candidates, with a new search, on all rows. */
const full: Maker = async (ground, book, mode) => {
  const plans = planCandidates(ground.spec, {});
  const set = setOf(ground, ground.rows.whole);
  return { set, fitted: await fitAll(ground.spec, book.part(mode, fittingSteps(plans)), set, plans) };
};

/** The champion's candidate with its parameters, trained anew on rows that `choose` picks. */
const anew =
  (step: string, choose: typeof compute.chooseWindow): Maker =>
  async (ground, book, mode) => {
    const { plan } = ground.rows.champion;
    const part = book.part(mode, [step, ...fittingSteps([plan])]);
    const { split, note, artifacts } = await part.step(
      step,
      () =>
        summed(choose, `${mode}: ${step}`, {
          set: setOf(ground, ground.rows.whole),
          rows: ground.rows,
          driftCheck: ground.options.driftCheck,
        }),
      (chosen) => chosen.note,
    );
    const set = setOf(ground, split);
    return { set, fitted: await fitAll(ground.spec, part, set, [plan]), renewal: { note, artifacts } };
  };

/** The champion itself, changed by what the new rows say. */
const update =
  (change: typeof compute.continueChampion): Maker =>
  async (ground, book, mode) => {
    const { champion, fresh, whole } = ground.rows;
    const { plan, version } = champion;
    const part = book.part(mode, [fitStep(plan.name)]);
    const { estimator, note, ...made } = await part.step(
      fitStep(plan.name),
      () => summed(change, `${mode} of ${version}`, { set: setOf(ground, fresh), champion: version }),
      (changed) =>
        `${changed.note}, validation ${ground.spec.metric} ${figure(changed.score.validationScore)}`,
    );
    const fitted = [{ ...made, plan: { ...plan, estimator } }];
    return { set: setOf(ground, whole), fitted, renewal: { updates: version, note } };
  };

const makers: Record<RetrainMode, Maker> = {
  full,
  window: anew('size', compute.chooseWindow),
  replay: anew('memory', compute.fillMemory),
  incremental: update(compute.continueChampion),
  stacking: update(compute.stackOnChampion),
  recalibration: update(compute.recalibrateChampion),
};
