import type { Database } from '../database.ts';
import { guarded } from '../failures.ts';
import { apiKeyRegistry } from './api-keys.ts';
import { auditRegistry } from './audit.ts';
import { bucketRegistry } from './buckets.ts';
import { sessionRegistry } from './sessions.ts';
import type { AccessRegistry } from './types.ts';
import { userRegistry } from './users.ts';

/** Users, keys and audit of a database; throws RelevoErrors only. The connections stay the caller's to close. */
export const accessRegistry = (db: Database): AccessRegistry => ({
  keys: guarded(apiKeyRegistry(db)),
  users: guarded(userRegistry(db)),
  sessions: guarded(sessionRegistry(db)),
  audit: guarded(auditRegistry(db)),
  buckets: guarded(bucketRegistry(db)),
});
