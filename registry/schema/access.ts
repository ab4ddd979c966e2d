import { sql } from 'drizzle-orm';
import {
  bigserial,
  check,
  doublePrecision,
  index,
  integer,
  json,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { Grant } from '../../contracts/security.ts';
import { auditOutcomes } from '../access/types.ts';
import { relevo } from './namespace.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** Keys of programs. What stands here opens nothing: of each secret there is its SHA-256 alone. */
export const apiKeys = relevo.table(
  'api_keys',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** Hex of SHA-256. */
    secretHash: text('secret_hash').notNull(),
    /** The secret before the last rotation, good until `previousUntil`. */
    previousHash: text('previous_hash'),
    previousUntil: moment('previous_until'),
    grants: json().$type<Grant[]>().notNull(),
    /** Requests a second; the setting's where absent. */
    ratePerSecond: doublePrecision('rate_per_second'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at'),
    rotatedAt: moment('rotated_at'),
    revokedAt: moment('revoked_at'),
    /** To the minute. */
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [
    index('api_keys_newest').on(table.createdAt, table.id),
    check('api_keys_overlap', sql`(${table.previousHash} is null) = (${table.previousUntil} is null)`),
    check('api_keys_rate', sql`${table.ratePerSecond} > 0`),
  ],
);

/** People with a password here; those of an identity provider have none and are not listed. */
export const users = relevo.table('users', {
  name: text().primaryKey(),
  /** `scrypt$N$r$p$salt$hash`, base64. */
  passwordHash: text('password_hash').notNull(),
  grants: json().$type<Grant[]>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  passwordSetAt: moment('password_set_at').notNull().defaultNow(),
  disabledAt: moment('disabled_at'),
});

/** Logins of people, until they end. */
export const sessions = relevo.table(
  'sessions',
  {
    id: text().primaryKey(),
    secretHash: text('secret_hash').notNull(),
    /** For records: `user:ana`, `oidc:ana@plant.example`. */
    actor: text().notNull(),
    grants: json().$type<Grant[]>().notNull(),
    /** The user with a password here; absent for those of an identity provider. */
    user: text().references(() => users.name),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('sessions_of_user').on(table.user), index('sessions_expiring').on(table.expiresAt)],
);

/** Logins that an identity provider has been asked for and has not answered yet. */
export const oidcLogins = relevo.table('oidc_logins', {
  /** Hex of SHA-256 of the state that the browser carries. */
  stateHash: text('state_hash').primaryKey(),
  nonce: text().notNull(),
  codeVerifier: text('code_verifier').notNull(),
  /** Path to go to afterwards. */
  returnTo: text('return_to').notNull(),
  expiresAt: moment('expires_at').notNull(),
});

export const auditOutcome = relevo.enum('audit_outcome', auditOutcomes);

/** Every change that somebody asked for, done or not: append-only by a trigger. */
export const auditEvents = relevo.table(
  'audit_events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: moment('at').notNull().defaultNow(),
    /** Names a record that may be written twice, so that it is there once; absent where it cannot be. */
    eventKey: text('event_key').unique('audit_events_once'),
    actor: text().notNull(),
    /** `POST /v1/pipelines/:pipeline/promote`, or a command. */
    action: text().notNull(),
    /** The path that was called, or what the command was about. */
    target: text().notNull(),
    pipeline: text(),
    requestId: text('request_id'),
    remoteAddress: text('remote_address'),
    outcome: auditOutcome().notNull(),
    status: integer(),
    /** What was asked, without secrets. */
    input: json().$type<unknown>(),
    before: json().$type<unknown>(),
    after: json().$type<unknown>(),
  },
  (table) => [
    index('audit_events_of_pipeline').on(table.pipeline, table.id),
    index('audit_events_of_actor').on(table.actor, table.id),
  ],
);

/** Token buckets that all processes draw from. */
export const rateBuckets = relevo.table(
  'rate_buckets',
  {
    /** Whose: a key or an address. */
    kind: text().notNull(),
    name: text().notNull(),
    tokens: doublePrecision().notNull(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.name] }),
    index('rate_buckets_idle').on(table.updatedAt),
  ],
);
