import { z } from 'zod';

export const alertSeverities = ['info', 'warning', 'critical'] as const;
export const alertStates = ['open', 'acknowledged', 'resolved'] as const;
export const alertKinds = [
  'drift',
  'quality',
  'performance',
  'retrain',
  'contest',
  'breaker',
  'source',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Something a person should know; raised again while it lasts it is counted, not repeated. */
export const alertSchema = z.strictObject({
  id: z.string(),
  pipeline: z.string(),
  kind: z.enum(alertKinds),
  severity: z.enum(alertSeverities),
  /** What makes two alerts the same, such as `drift:load`. */
  dedupKey: z.string(),
  message: z.strictObject({ en: z.string(), es: z.string() }),
  /** Times that it was raised, first and last. */
  count: z.number().int().positive(),
  firstAt: z.string(),
  lastAt: z.string(),
  state: z.enum(alertStates),
  acknowledgedBy: z.string().optional(),
  note: z.string().optional(),
  /** Nothing is sent until then. */
  silencedUntil: z.string().optional(),
  /** What it is about: a drift check, a run, a model version. */
  about: z.record(z.string(), z.string()),
});
export type Alert = z.infer<typeof alertSchema>;
export type NewAlert = Pick<Alert, 'pipeline' | 'kind' | 'severity' | 'dedupKey' | 'message' | 'about'>;
