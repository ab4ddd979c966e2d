import { z } from '@hono/zod-openapi';
import { auditOutcomes } from '../../../registry/access/types.ts';

/** What an audit event says, whether it waits on disk or is shown: each adds what names it there. */
export const auditEventFields = {
  at: z.string(),
  actor: z.string().openapi({ example: 'key:3f9a0c27d1e45b68' }),
  action: z.string().openapi({ example: 'POST /v1/pipelines/:pipeline/promote' }),
  target: z.string(),
  pipeline: z.string().optional(),
  requestId: z.string().optional(),
  remoteAddress: z.string().optional(),
  outcome: z.enum(auditOutcomes),
  status: z.number().optional(),
  input: z.unknown().optional().openapi({ description: 'What was asked, without secrets' }),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
};
