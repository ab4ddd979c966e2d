import { pgSchema } from 'drizzle-orm/pg-core';

/** Relevo keeps to a schema of its own, so that it may share a database. */
export const relevo = pgSchema('relevo');
