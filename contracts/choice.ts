import { z } from 'zod';
import { asLoss, type MetricName, metricNameSchema } from './metrics.ts';

/** What decides among candidates that are about as good as the best. */
export const tieSchema = z.strictObject({
  metric: metricNameSchema,
  /** That metric on the validation rows. */
  score: z.number(),
  /** Of `validationScore`, in its unit. */
  standardError: z.number().min(0),
});
export type Tie = z.infer<typeof tieSchema>;

interface Standing {
  /** On rows that the candidate has not learned from. */
  validationScore: number;
  tie?: Tie;
}

/**
 * The candidates that are as good as the best by the metric: the best, and those whose score is within its standard
 * error (the one-standard-error rule of Breiman et al., Classification and Regression Trees, 1984, section 3.4.3).
 */
export function asGoodAsBest<T extends Standing>(metric: MetricName, candidates: readonly T[]): T[] {
  const loss = ({ validationScore }: Standing): number => asLoss(metric, validationScore);
  const best = candidates.reduce((one, next) => (loss(next) < loss(one) ? next : one));
  const { tie } = best;
  if (tie === undefined) return [best];
  return candidates.filter((one) => one.tie !== undefined && loss(one) <= loss(best) + tie.standardError);
}

/** The best of those by what breaks ties; the first of equals. Needs at least one candidate. */
export const chosenOf = <T extends Standing>(metric: MetricName, candidates: readonly T[]): T =>
  asGoodAsBest(metric, candidates).reduce((one, next) => (tieLoss(next) < tieLoss(one) ? next : one));

const tieLoss = ({ tie }: Standing): number => (tie === undefined ? 0 : asLoss(tie.metric, tie.score));
