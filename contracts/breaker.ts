import { z } from 'zod';

/** `closed`: retrains run; `open`: none does; `half_open`: one is tried, and decides. */
export const breakerStates = ['closed', 'open', 'half_open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/**
 * What a retrain means for the breaker: `success` a challenger won, `contending` one won on the test rows and its
 * contest goes on, `loss` none did, `failure` none could be made, `neutral` nothing was tried.
 */
export const retrainVerdicts = ['success', 'contending', 'loss', 'failure', 'neutral'] as const;
export type RetrainVerdict = (typeof retrainVerdicts)[number];

/** A pipeline's circuit breaker, and what its budget has left. */
export const breakerSchema = z.strictObject({
  pipeline: z.string(),
  state: z.enum(breakerStates),
  /** Whether a person put it there: an open one then stays open until a person closes it. */
  forced: z.boolean(),
  /** In a row, since the last success. */
  failures: z.number().int().nonnegative(),
  losses: z.number().int().nonnegative(),
  /** When it opened; absent where it is closed. */
  openedAt: z.string().optional(),
  /** The run that is tried while it is half open. */
  trialRun: z.string().optional(),
  /** Of the last 24 hours. */
  spent: z.strictObject({
    retrains: z.number().int().nonnegative(),
    computeMinutes: z.number().nonnegative(),
  }),
});
export type Breaker = z.infer<typeof breakerSchema>;

export const breakerActions = ['admit', 'refuse', 'conclude', 'force'] as const;
/** One line of the breaker's audit: what was done, by whom and why, and where it stood before and afterwards. */
export const breakerEventSchema = z.strictObject({
  action: z.enum(breakerActions),
  from: z.enum(breakerStates),
  to: z.enum(breakerStates),
  actor: z.string(),
  reason: z.string(),
  at: z.string(),
});
export type BreakerEvent = z.infer<typeof breakerEventSchema>;
