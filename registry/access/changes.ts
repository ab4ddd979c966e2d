import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../database.ts';

/** Where servers hear that a credential changed, so that one that was revoked opens nothing from that moment on. */
export const accessChannel = 'relevo_access';

const changeSchema = z.object({ kind: z.enum(['key', 'session']), id: z.string() });
/** The key or session that is no longer as it was; `*` for several sessions at once. */
export type AccessChange = z.infer<typeof changeSchema>;

/**
 * Tells servers of a change: when the transaction commits, and not at all where it is rolled back; without one, at
 * once.
 */
export async function tellOf(db: Database | Transaction, change: AccessChange): Promise<void> {
  await db.execute(sql`select pg_notify(${accessChannel}, ${JSON.stringify(change)})`);
}

/** The change that `tellOf` told of; undefined for any other text. */
export function parseAccessChange(payload: string): AccessChange | undefined {
  try {
    return changeSchema.parse(JSON.parse(payload));
  } catch {
    // Anybody may notify on the channel; what is not ours is passed over.
    return undefined;
  }
}
