import { z } from 'zod';
import { type ArtifactRef, artifactRefSchema } from './refs.ts';

const cell = z.union([z.string(), z.number(), z.null()]);
/** A row whose answer is known beyond doubt. */
export const goldenRowSchema = z.strictObject({
  /** As a client sends it. */
  row: z.record(z.string(), cell),
  answer: z.union([z.string(), z.number()]),
  /** Of a number: how far an answer may lie from it. */
  within: z.number().min(0).default(0),
});
export type GoldenRow = z.infer<typeof goldenRowSchema>;

const share = z.number().gt(0).lt(1);

/** How a challenger becomes champion. Without `stages` beyond `offline` a won offline contest promotes. */
export const contestPolicySchema = z.strictObject({
  stages: z
    .array(z.enum(['offline', 'shadow', 'canary']))
    .min(1)
    .default(['offline']),
  /** What must hold beside the metric; a guardrail that breaks ends the contest. */
  guardrails: z
    .strictObject({
      /** Largest fall of a class's recall, share. */
      recallDrop: z.number().min(0).max(1).default(0.05),
      /** Largest rise of the expected calibration error. */
      eceRise: z.number().min(0).max(1).default(0.02),
      /** Largest fall of the share of rows within the stated interval, as far as it falls below the level. */
      coverageDrop: z.number().min(0).max(1).default(0.05),
      /** Largest ratio of the loss of the worst segment (a category's rows), challenger to champion. */
      segmentLossRatio: z.number().min(1).default(1.25),
      /** Largest ratio of a row's latency (from 1 ms up) and of the file's size (from 10 MB up). */
      latencyRatio: z.number().min(1).default(5),
      sizeRatio: z.number().min(1).default(20),
      golden: z.array(goldenRowSchema).max(100).default([]),
      /** Least share of the golden rows that must be answered as they should be. */
      goldenAgreement: z.number().min(0).max(1).default(1),
    })
    .prefault({}),
  shadow: z
    .strictObject({
      /** Requests that are answered by both before the stage ends. */
      requests: z.number().int().min(1).default(1000),
      atMostHours: z.number().positive().default(24),
    })
    .prefault({}),
  canary: z
    .strictObject({
      /** Shares of the traffic, in turn; the last leads to the decision. */
      steps: z.array(share).min(1).default([0.01, 0.05, 0.25, 0.5]),
      /** Rows with known outcome that a step waits for at least. */
      outcomesPerStep: z.number().int().min(1).default(200),
      atMostHours: z.number().positive().default(168),
      /** Chance that an equal challenger is promoted, and that an equal one is stopped as worse. */
      level: z.number().gt(0).lt(0.5).default(0.05),
    })
    .prefault({}),
  /** A person decides before the challenger becomes champion. */
  approval: z
    .strictObject({
      deadlineHours: z.number().positive(),
      /** What happens when nobody answers in time. */
      otherwise: z.enum(['approve', 'reject']).default('reject'),
    })
    .optional(),
  /** After the change: where outcomes show the new champion worse than the former, it is rolled back. */
  watch: z
    .strictObject({ hours: z.number().min(0).default(0), outcomes: z.number().int().min(20).default(200) })
    .prefault({}),
  /** Seconds between two looks at the evidence. */
  lookEverySeconds: z.number().int().min(1).default(60),
});
export type ContestPolicy = z.infer<typeof contestPolicySchema>;

export const contestStages = ['offline', 'shadow', 'canary', 'approval', 'champion', 'watch'] as const;
export type ContestStage = (typeof contestStages)[number];

/** Stages in which servers take part. */
export const contestRouteStages = ['shadow', 'canary'] as const;

/** Which part of the traffic a challenger sees; a server reads it beside the aliases. */
export const contestRouteSchema = z.strictObject({
  pipeline: z.string(),
  challenger: z.string(),
  stage: z.enum(contestRouteStages),
  /** Of requests, 0..1; 0 in shadow. */
  share: z.number().min(0).max(1),
  /** Fixes which keys are in the share. */
  salt: z.string(),
});
export type ContestRoute = z.infer<typeof contestRouteSchema>;

export const stageResultSchema = z.strictObject({
  stage: z.enum(contestStages),
  passed: z.boolean(),
  reason: z.string(),
  /** Of the traffic, in a canary. */
  share: z.number().optional(),
  /** Requests of the stage, those that the challenger answered, and the rows with known outcome so far. */
  requests: z.number().int().optional(),
  answered: z.number().int().optional(),
  outcomes: z.number().int().optional(),
  /** Challenger's mean loss minus champion's, with its anytime-valid interval. */
  difference: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).optional(),
  /** JSON of all that the decision rests on. */
  evidence: artifactRefSchema.optional(),
});
export type StageResult = z.infer<typeof stageResultSchema>;

/** Where a contest stands; JSON-safe, so that it goes on in a new execution where its history has grown long. */
export interface ContestState {
  /** The version that it stands against. */
  champion: string;
  /** JSON of how losses are measured. */
  setup: ArtifactRef;
  stages: StageResult[];
  /** The stage's place in the contest's plan. */
  at: number;
  /** Moments (ISO 8601): evidence counts from `since`; the stage began at `stageSince`. */
  since: string;
  stageSince: string;
  /** What had been seen when the step began. */
  before: ContestCounts;
}
/** Requests since the contest began, those that the challenger answered, and rows with known outcome. */
export interface ContestCounts {
  requests: number;
  answered: number;
  outcomes: number;
}

export interface ContestInput {
  pipeline: string;
  challenger: string;
  policy: ContestPolicy;
  /** The offline stage where it has been won already. */
  offline?: StageResult;
  resume?: ContestState;
}

export const contestResultSchema = z.strictObject({
  promoted: z.boolean(),
  reason: z.string(),
  challenger: z.string(),
  champion: z.string().optional(),
  stages: z.array(stageResultSchema),
  rolledBack: z.boolean(),
});
export type ContestResult = z.infer<typeof contestResultSchema>;

/** What a running contest says of itself. */
export const contestViewSchema = z.strictObject({
  pipeline: z.string(),
  challenger: z.string(),
  champion: z.string().optional(),
  stage: z.enum(contestStages),
  share: z.number().optional(),
  stageSince: z.string(),
  /** When the stage ends by itself. */
  deadline: z.string().optional(),
  stages: z.array(stageResultSchema),
  /** What the newest look at the evidence found. */
  latest: stageResultSchema.optional(),
});
export type ContestView = z.infer<typeof contestViewSchema>;

/** What a person may do to a contest: settle the approval, end it, or send it to its next step before its time. */
export const contestActions = ['approve', 'reject', 'stop', 'advance'] as const;
export type ContestAction = (typeof contestActions)[number];
export interface ContestOrder {
  actor: string;
  reason: string;
}
