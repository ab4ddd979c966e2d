import { z } from 'zod';

/** Who a person or program is to Relevo; what each may do is in `api/security/roles.ts`. */
export const roles = ['viewer', 'client', 'engineer', 'admin'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** A role for one pipeline, or for all of them. */
export const grantSchema = z.object({
  role: roleSchema,
  /** `*` is every pipeline, those that come later among them. */
  pipeline: z.string().min(1).max(100),
});
export type Grant = z.infer<typeof grantSchema>;
export const everyPipeline = '*';

const grantPattern = /^([a-z]+)(?::([A-Za-z0-9*][A-Za-z0-9._-]{0,99}))?$/;

/** Reads a grant as people and token claims write it: `engineer`, or `engineer:steel-energy`; undefined where it is none. */
export function parseGrant(text: string): Grant | undefined {
  const [, role, pipeline = everyPipeline] = grantPattern.exec(text) ?? [];
  const parsed = grantSchema.safeParse({ role, pipeline });
  return parsed.success ? parsed.data : undefined;
}

/** A grant as `parseGrant` reads it. */
export const formatGrant = ({ role, pipeline }: Grant): string =>
  pipeline === everyPipeline ? role : `${role}:${pipeline}`;
