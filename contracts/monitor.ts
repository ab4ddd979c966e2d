import { z } from 'zod';
import { driftVerdicts } from './drift.ts';
import type { PipelineSpec } from './pipeline.ts';

/** What a person or client may change about one check. */
export const monitorOptionsSchema = z.strictObject({
  /** Whether the source is read first; as the drift policy says where absent. */
  ingest: z.boolean().optional(),
  /** Whether drift may start a retrain; as the retrain policy says where absent. */
  retrain: z.boolean().optional(),
});
export type MonitorOptions = z.infer<typeof monitorOptionsSchema>;
export interface MonitorInput {
  spec: PipelineSpec;
  options: MonitorOptions;
}

export const monitorResultSchema = z.strictObject({
  /** Id of the drift check; absent where there was no champion to watch. */
  check: z.string().optional(),
  verdict: z.enum(driftVerdicts),
  /** Why nothing was compared, or what was found, in a sentence. */
  summary: z.strictObject({ en: z.string(), es: z.string() }),
  /** Id of the retrain that it started. */
  retrain: z.string().optional(),
});
export type MonitorResult = z.infer<typeof monitorResultSchema>;
