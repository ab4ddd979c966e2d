import type { DriftReport } from '../../contracts/drift.ts';
import type { RetrainChoice, RetrainSituation } from '../../contracts/hooks.ts';
import { asLoss, metricNameSchema } from '../../contracts/metrics.ts';

/** New rows below which a model of its own learns less from them than a corrector over the champion does. */
const fewRows = 400;
/** A share of new rows above which going on from the champion saves little. */
const manyNew = 0.5;
/** A metric that moved by less than this share has not moved. */
const leastDrop = 0.01;

/**
 * The mode that a person asked for, else the one that fits the kind and shape of the drift: what moved decides what
 * has to be learnt again, and the cost decides among those that would learn it.
 */
export function chooseMode(situation: RetrainSituation): RetrainChoice {
  const { asked, report } = situation;
  const isOptional = report !== undefined && report.verdict !== 'drift';
  const choice =
    asked === 'auto' ? affordable(situation, byDrift(situation)) : { mode: asked, why: 'asked for' };
  return isOptional ? { ...choice, isOptional } : choice;
}

function byDrift(situation: RetrainSituation): RetrainChoice {
  const { report } = situation;
  if (report?.kind === undefined) return withoutDrift(situation);
  switch (report.kind) {
    case 'quality':
      return { mode: 'none', why: 'the data itself is broken: a model learnt from it would learn the fault' };
    case 'calibration':
      return {
        mode: 'recalibration',
        why: 'only the scale of the answers is off, which a calibrator mends without a new model',
      };
    case 'label':
      return {
        mode: 'recalibration',
        why: 'the shares of the labels moved and what inputs say about them did not: the answers are set right for the new shares',
      };
    case 'covariate':
      return ofCovariates(report);
    case 'concept':
      return ofConcept(situation, report);
  }
}

function withoutDrift({ rows, champion, canContinue }: RetrainSituation): RetrainChoice {
  const share = rows.fresh / rows.total;
  if (champion.mode === 'window')
    return {
      mode: 'window',
      why: 'no check has named a drift, and the champion was learnt from a window since older rows misled: its size is chosen anew',
    };
  if (canContinue && share < manyNew)
    return {
      mode: 'incremental',
      why: `no check has named a drift, and ${percent(share)} of the rows are new: the champion goes on over them`,
    };
  return { mode: 'full', why: 'no check has named a drift: all rows, with a new search' };
}

function ofCovariates(report: DriftReport): RetrainChoice {
  const drop = dropOf(report);
  if (drop === undefined || drop > leastDrop)
    return {
      mode: 'replay',
      why: 'the inputs moved to where the champion knows little: new rows are learnt beside a memory of the old ones',
    };
  return { mode: 'none', why: 'the inputs moved, and the champion answers them as well as before' };
}

function ofConcept({ rows, canContinue }: RetrainSituation, { shape }: DriftReport): RetrainChoice {
  if (shape === 'recurring')
    return {
      mode: 'replay',
      archive: true,
      why: 'a concept has come back: an archived version that knows it is asked first, else new rows are learnt beside a memory of the old ones',
    };
  if (rows.fresh < fewRows)
    return {
      mode: 'stacking',
      archive: true,
      why: `what inputs say has changed, and ${rows.fresh} new rows are too few for a model of their own: a corrector over the champion needs fewer`,
    };
  if (shape === 'gradual' && canContinue)
    return {
      mode: 'incremental',
      why: 'what inputs say changes gradually: the champion follows it over the new rows',
    };
  return {
    mode: 'window',
    archive: true,
    why: 'what inputs say has changed: older rows teach what no longer holds, so only the newest are learnt',
  };
}

/** Where training all anew would take more than the day's budget has left, a window of rows has to do. */
function affordable(situation: RetrainSituation, choice: RetrainChoice): RetrainChoice {
  const { fullMinutes, minutesLeft } = situation;
  if (choice.mode !== 'full' || fullMinutes === undefined || fullMinutes <= minutesLeft) return choice;
  const cost = `a new search took ${minutes(fullMinutes)}, and ${minutes(minutesLeft)} are left of the day's budget`;
  return {
    ...choice,
    mode: 'window',
    why: `${choice.why}; but ${cost}: a window of the newest rows instead`,
  };
}

/** By what share the metric is worse than on the reference; undefined where it is not known. */
function dropOf({ performance }: DriftReport): number | undefined {
  const metric = metricNameSchema.safeParse(performance?.metric);
  const { reference = null, current = null } = performance ?? {};
  if (!metric.success || reference === null || current === null) return undefined;
  const worse = asLoss(metric.data, current) - asLoss(metric.data, reference);
  return worse / Math.max(Math.abs(reference), 1e-12);
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const minutes = (value: number): string => `${Math.max(0, value).toFixed(1)} minutes`;
