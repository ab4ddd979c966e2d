import { z } from 'zod';
import type { PipelineSpec } from './pipeline.ts';

/**
 * `full` all rows, new search; `incremental` the champion goes on over new rows; `window` only the last rows;
 * `stacking` a corrector over the champion; `replay` new rows with a memory of old ones; `recalibration` only
 * the calibrator or bias.
 */
export const retrainModes = ['full', 'incremental', 'window', 'stacking', 'replay', 'recalibration'] as const;
export type RetrainMode = (typeof retrainModes)[number];
const mode = z.enum(retrainModes);

/** How a pipeline's model is renewed when its data has moved. */
export const retrainPolicySchema = z.strictObject({
  /** Whether a check that finds drift starts a retrain. */
  onDrift: z.boolean().default(true),
  /**
   * A check starts a retrain without any drift once so many times the rows that the champion has learned are new to
   * it: one that was learnt from few rows after a change is soon renewed, one that knows years seldom. Null: never.
   */
  onGrowth: z.number().positive().nullable().default(1),
  /** `auto` chooses by the kind and shape of the drift. */
  mode: z.enum(['auto', ...retrainModes]).default('auto'),
  /** Tried in turn where a mode fails or loses its contest. */
  fallback: z.array(mode).default(['window', 'full']),
  /** `auto`: the size is chosen by a backtest over the newest rows. */
  window: z
    .strictObject({ rows: z.union([z.literal('auto'), z.number().int().min(50)]).default('auto') })
    .prefault({}),
  replay: z
    .strictObject({
      /** Rows of the memory. */
      memoryRows: z.number().int().min(50).default(20_000),
    })
    .prefault({}),
  budget: z
    .strictObject({
      retrainsPerDay: z.number().int().min(1).default(6),
      computeMinutesPerDay: z.number().positive().default(240),
    })
    .prefault({}),
  breaker: z
    .strictObject({
      /** Consecutive failures, or consecutive lost contests, that open it. */
      failures: z.number().int().min(1).default(3),
      losses: z.number().int().min(1).default(5),
      /** How long it stays open before one retrain is tried. */
      openHours: z.number().positive().default(24),
    })
    .prefault({}),
  /** Names of functions in `pipelines/hooks`, called inside activities instead of the built-in step. */
  hooks: z
    .strictObject({
      train: z.string().optional(),
      retrain: z.string().optional(),
      fallback: z.string().optional(),
    })
    .prefault({}),
});
export type RetrainPolicy = z.infer<typeof retrainPolicySchema>;

/** What a person, client or check may say about one retrain. */
export const retrainOptionsSchema = z.strictObject({
  mode: z.enum(['auto', ...retrainModes]).optional(),
  /** The drift check that asked for it; `auto` chooses by what it found. */
  driftCheck: z.string().optional(),
  /** A known version; the newest where absent. */
  datasetVersion: z.string().optional(),
  reason: z.string().max(500).default(''),
  promote: z.boolean().default(true),
});
export type RetrainOptions = z.infer<typeof retrainOptionsSchema>;

export const retrainAttemptSchema = z.strictObject({
  /** `archive`: an earlier version of a concept that has come back contends instead of a new one. */
  mode: z.enum([...retrainModes, 'archive']),
  /**
   * `contending`: won on the test rows, and its contest goes on; `registered`: it was not to contend; `refused`: the
   * mode cannot serve here.
   */
  outcome: z.enum(['promoted', 'contending', 'registered', 'lost', 'failed', 'refused']),
  reason: z.string(),
  modelVersion: z.string().optional(),
});
export type RetrainAttempt = z.infer<typeof retrainAttemptSchema>;
export const retrainResultSchema = z.strictObject({
  datasetVersion: z.string(),
  /** Why the first mode was chosen, in a sentence. */
  why: z.string(),
  /** In the order in which they were tried. */
  attempts: z.array(retrainAttemptSchema),
  /** The version that became champion. */
  champion: z.string().optional(),
});
export type RetrainResult = z.infer<typeof retrainResultSchema>;

export interface RetrainInput {
  spec: PipelineSpec;
  options: RetrainOptions;
}
