import { z } from 'zod';
import { alertSchema } from '../../contracts/alerts.ts';
import { breakerActions, breakerStates } from '../../contracts/breaker.ts';
import { contestResultSchema, contestViewSchema } from '../../contracts/contest.ts';
import { driftReportSchema, driftVerdicts } from '../../contracts/drift.ts';
import { explanationSchema, rowsExplanationSchema } from '../../contracts/explanation.ts';
import { runKinds } from '../../contracts/ids.ts';
import { metricNameSchema, metricsSchema } from '../../contracts/metrics.ts';
import { outcomeStatuses } from '../../contracts/predictions.ts';
import { candidateResultSchema, runStates } from '../../contracts/runs.ts';
import { auditOutcomes } from '../../registry/access/types.ts';

/** What the command line reads of the API's answers; further fields are passed on untouched. */
const progressSchema = z.looseObject({
  phase: z.string(),
  fraction: z.number(),
  steps: z.array(
    z.looseObject({
      name: z.string(),
      state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
      detail: z.string().optional(),
    }),
  ),
});
const activitySchema = z.looseObject({
  activity: z.string(),
  attempt: z.number(),
  progress: z.looseObject({ phase: z.string(), done: z.number(), total: z.number().optional() }).optional(),
  lastFailure: z.string().optional(),
});
export const followedSchema = z.looseObject({
  state: z.enum(runStates),
  progress: progressSchema.optional(),
  activities: z.array(activitySchema).optional(),
});
export type Followed = z.infer<typeof followedSchema>;
export type PendingActivity = z.infer<typeof activitySchema>;

const linksSchema = z.looseObject({ temporalUi: z.string().optional() });
export const startedSchema = z.looseObject({
  id: z.string(),
  kind: z.enum(runKinds),
  pipeline: z.string(),
  links: linksSchema,
});
export type Started = z.infer<typeof startedSchema>;
export const runSchema = followedSchema.extend({
  ...startedSchema.shape,
  startedAt: z.string(),
  finishedAt: z.string().nullish(),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.string(), message: z.string(), details: z.unknown().optional() }).optional(),
});
export type Run = z.infer<typeof runSchema>;
export const runsSchema = z.looseObject({ runs: z.array(runSchema), next: z.string().optional() });

const pipelineSchema = z.looseObject({
  name: z.string(),
  title: z.string(),
  target: z.looseObject({ name: z.string(), unit: z.string().optional() }),
  champion: z.string().optional(),
});
export const pipelinesSchema = z.looseObject({ pipelines: z.array(pipelineSchema) });

const breakerState = z.enum(breakerStates);
export const breakerAnswerSchema = z.looseObject({
  breaker: z.looseObject({
    state: breakerState,
    forced: z.boolean(),
    failures: z.number(),
    losses: z.number(),
    spent: z.looseObject({ retrains: z.number(), computeMinutes: z.number() }),
  }),
  history: z.array(
    z.looseObject({
      action: z.enum(breakerActions),
      to: breakerState,
      actor: z.string(),
      reason: z.string(),
      at: z.string(),
    }),
  ),
});

export const contestSchema = z.looseObject({
  id: z.string(),
  version: z.string(),
  state: z.enum(runStates),
  startedAt: z.string(),
  view: contestViewSchema.optional(),
  result: contestResultSchema.optional(),
});
export const contestsSchema = z.looseObject({ contests: z.array(contestSchema) });

export const readySchema = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), z.string()),
  champions: z.array(z.looseObject({ pipeline: z.string(), version: z.string() })),
});

export const pipelineDetailSchema = pipelineSchema.extend({
  inputs: z.array(z.looseObject({ name: z.string(), kind: z.enum(['number', 'category', 'timestamp']) })),
});

const modelSchema = z.looseObject({
  pipeline: z.string(),
  version: z.string(),
  candidate: z.string(),
  estimator: z.string(),
  datasetVersion: z.string(),
  synthetic: z.boolean(),
  metric: metricNameSchema,
  metrics: metricsSchema,
  aliases: z.array(z.string()).optional(),
  createdAt: z.string(),
});
export const adoptedSchema = z.looseObject({ pipeline: z.string(), version: z.string() });
export const modelsSchema = z.looseObject({ models: z.array(modelSchema) });
export const modelInfoSchema = modelSchema.extend({
  target: z.looseObject({ name: z.string(), unit: z.string().optional() }),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;
export const modelMetricsSchema = z.looseObject({
  version: z.string(),
  unit: z.string().optional(),
  metric: metricNameSchema,
  metrics: metricsSchema,
  candidates: z.array(candidateResultSchema.loose()),
});
export type ModelMetrics = z.infer<typeof modelMetricsSchema>;

export const predictionsSchema = z.looseObject({
  predictions: z.array(
    z.looseObject({
      id: z.string(),
      value: z.number().optional(),
      interval: z.looseObject({ low: z.number(), high: z.number(), level: z.number() }).optional(),
      label: z.string().optional(),
      probabilities: z.record(z.string(), z.number()).optional(),
      modelVersion: z.string(),
    }),
  ),
});
export type Prediction = z.infer<typeof predictionsSchema>['predictions'][number];
export const outcomesSchema = z.looseObject({
  outcomes: z.array(z.looseObject({ status: z.enum(outcomeStatuses) })),
});

/** An alias that was moved, or the run that is still moving it. */
export const aliasMoveSchema = z.looseObject({
  pipeline: z.string().optional(),
  champion: z.string().optional(),
  previous: z.string().optional(),
  run: startedSchema,
});

export const rowsExplainedSchema = z.looseObject({
  modelVersion: z.string(),
  explanation: rowsExplanationSchema,
});
export const modelExplainedSchema = z.looseObject({
  modelVersion: z.string(),
  explanation: explanationSchema,
});

const driftCheckShape = {
  id: z.string(),
  createdAt: z.string(),
  verdict: z.enum(driftVerdicts),
  drifted: z.array(z.string()),
  rows: z.looseObject({ current: z.number() }),
  modelVersion: z.string(),
  advice: z.string(),
};
export const driftChecksSchema = z.looseObject({
  checks: z.array(z.looseObject(driftCheckShape)),
  next: z.string().optional(),
});
export const driftCheckSchema = z.looseObject({ ...driftCheckShape, report: driftReportSchema });

export const alertAnswerSchema = z.looseObject(alertSchema.shape);
export const alertsSchema = z.looseObject({
  alerts: z.array(alertAnswerSchema),
  next: z.string().optional(),
});

export const keySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  grants: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  previousUntil: z.string().optional(),
  revokedAt: z.string().optional(),
  lastUsedAt: z.string().optional(),
});
export type Key = z.infer<typeof keySchema>;
export const newKeySchema = keySchema.extend({ key: z.string() });
export type NewKey = z.infer<typeof newKeySchema>;
export const keysSchema = z.looseObject({ keys: z.array(keySchema), next: z.string().optional() });

export const auditSchema = z.looseObject({
  events: z.array(
    z.looseObject({
      at: z.string(),
      actor: z.string(),
      action: z.string(),
      target: z.string(),
      outcome: z.enum(auditOutcomes),
    }),
  ),
  next: z.string().optional(),
});
