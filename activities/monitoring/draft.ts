import { z } from 'zod';
import { type DriftReport, type DriftVerdict, driftReportSchema } from '../../contracts/drift.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { MonitorState } from '../../registry/types.ts';

/** A check that is not committed yet. */
export interface CheckDraft {
  /** JSON: `CheckBody`. */
  body: ArtifactRef;
  /** The check whose memory it started from; null where there was none. */
  after: string | null;
  verdict: DriftVerdict;
  advice: DriftReport['advice']['mode'];
  newRows: number;
}

/** What a draft's artifact holds. */
export interface CheckBody {
  report: DriftReport;
  /** Whether the champion's metric is worse by more than chance explains. */
  isSurelyWorse: boolean;
  memory: MonitorState;
}

export const checkBodySchema: z.ZodType<CheckBody> = z.object({
  report: driftReportSchema,
  isSurelyWorse: z.boolean(),
  memory: z.object({
    lineage: z.string(),
    modelVersion: z.string(),
    comparedRowId: z.number().nullable(),
    streamedRowId: z.number().nullable(),
    history: z.record(z.string(), z.array(z.boolean())),
    online: z.unknown(),
    performance: z.unknown().optional(),
    coverage: z
      .object({ history: z.record(z.string(), z.array(z.boolean())), online: z.unknown() })
      .optional(),
    servedOutcome: z.number().optional(),
    streams: z.array(
      z.object({
        detector: z.string(),
        series: z.string(),
        state: z.unknown(),
        rows: z.number(),
        alarms: z.array(z.number()),
      }),
    ),
    volumes: z.array(z.number()),
    asked: z.object({ modelVersion: z.string(), newRows: z.number() }).optional(),
  }),
});
