import { z } from 'zod';
import { errorDocsUrl, isErrorCode } from '../../contracts/errors.ts';
import type { Run } from '../client/schemas.ts';
import type { FailureReport } from '../failure.ts';

const issueSchema = z.object({
  field: z.string().optional(),
  value: z.unknown().optional(),
  expected: z.string().optional(),
  where: z.string().optional(),
});
const detailsSchema = issueSchema.extend({
  issues: z.array(issueSchema).optional(),
  remedy: z.string().optional(),
});

/** The error that a run ended with, as any other error is shown. */
export function runFailure({ error }: Pick<Run, 'error'>): FailureReport | undefined {
  if (error === undefined) return undefined;
  const { code, message, details } = error;
  const known = detailsSchema.safeParse(details);
  return {
    code,
    message,
    details: known.success ? known.data : {},
    ...(isErrorCode(code) ? { docs: errorDocsUrl(code) } : {}),
  };
}
