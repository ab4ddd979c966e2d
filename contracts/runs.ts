import { z } from 'zod';
import { tieSchema } from './choice.ts';
import { explanationMethods } from './explanation.ts';
import { metricNameSchema, metricsSchema } from './metrics.ts';
import { type PipelineSpec, splitSpecSchema } from './pipeline.ts';
import { type ArtifactRef, artifactRefSchema } from './refs.ts';

/** Inputs and results of the workflows: ids, refs and small summaries only. */

export interface IngestInput {
  spec: PipelineSpec;
  /** Name in `spec.sources`; the first available where absent. */
  source?: string;
}
/** New whole files in a watched folder. */
export interface FilesArrived {
  /** Equal for equal files in equal state. */
  state: string;
}
export interface WatchInput {
  spec: PipelineSpec;
  /** Arrivals that an earlier execution left. */
  waiting?: FilesArrived[];
}

export const ingestResultSchema = z.strictObject({
  datasetVersion: z.string(),
  source: z.string(),
  synthetic: z.boolean(),
  /** False where the source had nothing new. */
  changed: z.boolean(),
  rows: z.strictObject({
    read: z.number(),
    added: z.number(),
    repaired: z.number(),
    quarantined: z.number(),
    total: z.number(),
  }),
  repairedByRule: z.record(z.string(), z.number()),
  quarantinedByRule: z.record(z.string(), z.number()),
  warnings: z.array(z.string()),
});
export type IngestResult = z.infer<typeof ingestResultSchema>;

/** What a client may change about one training run. */
export const trainOptionsSchema = z.strictObject({
  source: z.string().optional(),
  /** A known version; the newest of the source where absent. */
  datasetVersion: z.string().optional(),
  seed: z.number().int().optional(),
  split: splitSpecSchema.optional(),
  /** Names of candidates to run; all where absent. */
  candidates: z.array(z.string()).min(1).optional(),
  /** Trials per searched candidate, instead of the spec's. */
  trials: z.number().int().min(0).max(10_000).optional(),
  /** `first`: read the source before training; `if-missing`: only where no version exists. */
  ingest: z.enum(['first', 'if-missing', 'never']).default('first'),
  /** Whether the winner may become champion. */
  promote: z.boolean().default(true),
});
export type TrainOptions = z.infer<typeof trainOptionsSchema>;
export interface TrainInput {
  spec: PipelineSpec;
  options: TrainOptions;
}

/** What a search found for one candidate. */
export interface SearchResult {
  params: Record<string, string | number | boolean>;
  steps?: number;
  validationScore?: number;
  trials: number;
  pruned: number;
}

export const candidateResultSchema = z.strictObject({
  candidate: z.string(),
  estimator: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** The pipeline's metric on the validation rows, or the mean over folds; what candidates are chosen by. */
  validationScore: z.number(),
  /** Where the pipeline breaks ties. */
  tie: tieSchema.optional(),
  metrics: metricsSchema,
  trials: z.number(),
  resumedFromStep: z.number().optional(),
});
export type CandidateResult = z.infer<typeof candidateResultSchema>;

export const guardrailResultSchema = z.strictObject({
  name: z.string(),
  passed: z.boolean(),
  value: z.number(),
  limit: z.number(),
  /** Class, segment or row that it was worst for. */
  worst: z.string().optional(),
});
export type GuardrailResult = z.infer<typeof guardrailResultSchema>;

export const promotionDecisionSchema = z.strictObject({
  promoted: z.boolean(),
  reason: z.string(),
  challenger: z.string(),
  champion: z.string().optional(),
  /** Relative improvement of the metric in percent with its interval, over paired resamples. */
  improvementPercent: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).optional(),
  /** What had to hold beside the metric. */
  guardrails: z.array(guardrailResultSchema).optional(),
  /** JSON: tests, intervals and guardrails in full. */
  evidence: artifactRefSchema.optional(),
  /** The run that the contest goes on in, where the policy has more stages. */
  contest: z.string().optional(),
});
export type PromotionDecision = z.infer<typeof promotionDecisionSchema>;

export const trainResultSchema = z.strictObject({
  modelVersion: z.string(),
  datasetVersion: z.string(),
  winner: z.string(),
  candidates: z.array(candidateResultSchema),
  onnx: artifactRefSchema,
  /** What `validationScore` and the contest are in. */
  metric: metricNameSchema,
  /** Largest |ONNX − native| over the test rows. */
  parityMaxAbsolute: z.number(),
  promotion: promotionDecisionSchema.optional(),
});
export type TrainResult = z.infer<typeof trainResultSchema>;

/** `auto`: from the trees where the model is a sum of trees, else kernel SHAP. */
export const explainMethodSchema = z.enum(['auto', ...explanationMethods]);
/** Rows, as clients send them, whose predictions are to be explained. */
export interface ExplainInput {
  pipeline: string;
  modelVersion: string;
  /** JSON: a list of rows. */
  rows: ArtifactRef;
  method: z.infer<typeof explainMethodSchema>;
}
export interface ExplainResult {
  /** JSON of `contracts/explanation.ts`. */
  explanation: ArtifactRef;
}

/** Two versions of a pipeline's data, ids of the registry, to be told apart. */
export interface CompareInput {
  pipeline: string;
  from: string;
  to: string;
}
export interface CompareResult {
  /** `comparison`: JSON; `comparison-en`, `comparison-es`: HTML for people. */
  artifacts: Record<string, ArtifactRef>;
}

export interface PromoteInput {
  pipeline: string;
  modelVersion: string;
  actor: string;
  reason: string;
}
export interface RollbackInput {
  pipeline: string;
  actor: string;
  reason: string;
}
export interface AliasMove {
  pipeline: string;
  champion: string;
  previous: string | undefined;
}

export const runStates = ['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out'] as const;
export type RunState = (typeof runStates)[number];

/** What a running workflow answers to its `progress` query. */
export interface RunProgress {
  phase: string;
  /** 0..1 over the whole run. */
  fraction: number;
  steps: { name: string; state: 'waiting' | 'running' | 'done' | 'skipped' | 'failed'; detail?: string }[];
}

/** What a long activity heartbeats. */
export interface ActivityProgress {
  phase: string;
  done: number;
  total: number | undefined;
}
