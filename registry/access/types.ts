import type { Grant } from '../../contracts/security.ts';
import type { Moment } from '../types.ts';

/** What is known of an API key; its secret is known to who has it alone. */
export interface ApiKey {
  /** The part of the key that may be shown. */
  id: string;
  name: string;
  grants: Grant[];
  /** Requests a second; the setting's where absent. */
  ratePerSecond?: number;
  createdBy: string;
  createdAt: Moment;
  expiresAt?: Moment;
  rotatedAt?: Moment;
  /** Until when the secret before the last rotation is good. */
  previousUntil?: Moment;
  revokedAt?: Moment;
  /** To the minute. */
  lastUsedAt?: Moment;
}

/** What telling a key from others takes: hashes are SHA-256 of the secret, in hex. */
export interface KeyCheck
  extends Pick<ApiKey, 'id' | 'grants' | 'ratePerSecond' | 'expiresAt' | 'previousUntil'> {
  secretHash: string;
  previousHash?: string;
}

export interface NewApiKey {
  id: string;
  secretHash: string;
  name: string;
  grants: Grant[];
  ratePerSecond?: number;
  createdBy: string;
  expiresAt?: Moment;
}

/** Keys of programs; servers hear of each change within moments. */
export interface ApiKeyRegistry {
  create(key: NewApiKey): Promise<ApiKey>;
  /** @throws RelevoError API_KEY_NOT_FOUND */
  get(id: string): Promise<ApiKey>;
  /** Newest first, revoked and expired ones too. */
  list(page: { limit: number; before?: string }): Promise<ApiKey[]>;
  /**
   * Gives a key another secret; the one it had stays good for the overlap.
   * @throws RelevoError API_KEY_NOT_FOUND, also for one that is revoked
   */
  rotate(id: string, secretHash: string, overlapSeconds: number): Promise<ApiKey>;
  /** Ends a key, at once and for good; again changes nothing. @throws RelevoError API_KEY_NOT_FOUND */
  revoke(id: string): Promise<ApiKey>;
  /** Every key that opens something now. */
  checks(): Promise<KeyCheck[]>;
  /** One such key; undefined where there is none. */
  check(id: string): Promise<KeyCheck | undefined>;
  /** Notes that these were used, to the minute. */
  touch(ids: readonly string[]): Promise<void>;
}

export interface User {
  name: string;
  grants: Grant[];
  createdAt: Moment;
  passwordSetAt: Moment;
  disabledAt?: Moment;
}

/** People who log in with a password. */
export interface UserRegistry {
  /** Adds a user unless there is one of that name; says whether it did. */
  create(user: { name: string; passwordHash: string; grants: Grant[] }): Promise<boolean>;
  list(): Promise<User[]>;
  /** Whether anybody may log in with a password. */
  hasLogins(): Promise<boolean>;
  /** With what the password is compared to; undefined where nobody of that name may log in. */
  login(name: string): Promise<(User & { passwordHash: string }) | undefined>;
  /** Sets the password and ends the user's sessions. @throws RelevoError USER_NOT_FOUND */
  setPassword(name: string, passwordHash: string): Promise<void>;
  /** Keeps a user out, or lets them in again, and ends their sessions. @throws RelevoError USER_NOT_FOUND */
  setDisabled(name: string, disabled: boolean): Promise<void>;
}

export interface Session {
  id: string;
  actor: string;
  grants: Grant[];
  user?: string;
  createdAt: Moment;
  expiresAt: Moment;
}
export interface NewSession extends Omit<Session, 'createdAt' | 'user'> {
  /** SHA-256 of the secret, in hex. */
  secretHash: string;
  /** Who proved the password that this is the hash of; absent for those of an identity provider. */
  user?: { name: string; passwordHash: string };
}

/** A login that waits for an identity provider's answer. */
export interface OidcLogin {
  stateHash: string;
  nonce: string;
  codeVerifier: string;
  returnTo: string;
  expiresAt: Moment;
}

/** Who is logged in; servers hear of each end within moments. */
export interface SessionRegistry {
  /** Begins it; undefined where the user was disabled or got another password since they proved this one. */
  create(session: NewSession): Promise<Session | undefined>;
  /** Undefined where it has ended, or its user may not log in, or has a newer password. */
  check(id: string): Promise<(Session & { secretHash: string }) | undefined>;
  end(id: string): Promise<void>;
  beginOidc(login: OidcLogin): Promise<void>;
  /** Gives a login that waits, once. */
  takeOidc(stateHash: string): Promise<OidcLogin | undefined>;
  /** Takes away what has expired. */
  prune(): Promise<void>;
}

/** `refused`: the caller's fault; `failed`: the server's. */
export const auditOutcomes = ['done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

export interface NewAuditEvent {
  /** Names it, so that it is there once however often it is added. */
  eventKey?: string;
  /** When it was; now where absent. */
  at?: Moment;
  actor: string;
  /** `METHOD /route/:pattern`, or the words of a command. */
  action: string;
  target: string;
  pipeline?: string;
  requestId?: string;
  remoteAddress?: string;
  outcome: AuditOutcome;
  status?: number;
  /** What was asked, without secrets. */
  input?: unknown;
  before?: unknown;
  after?: unknown;
}
export interface AuditEvent extends Omit<NewAuditEvent, 'eventKey'> {
  id: string;
  at: Moment;
}
export interface AuditFilter {
  actor?: string;
  pipeline?: string;
  limit: number;
  /** Events before this one. */
  before?: string;
}

/** Every change that somebody asked for; only ever added to. */
export interface AuditRegistry {
  /** @throws RelevoError REQUEST_UNPROCESSABLE for what the database can never take */
  add(event: NewAuditEvent): Promise<void>;
  /** Newest first, as they were written down. */
  list(filter: AuditFilter): Promise<AuditEvent[]>;
}

/** A bucket that fills with `perSecond` tokens up to `burst`. */
export interface BucketRate {
  perSecond: number;
  burst: number;
}

/** Token buckets that the processes of one database share. */
export interface BucketRegistry {
  /** Takes up to `wanted` whole tokens; gives how many there were, and how many are left. */
  take(
    kind: 'key' | 'address',
    name: string,
    rate: BucketRate,
    wanted: number,
  ): Promise<{ taken: number; left: number }>;
  /** Takes away buckets that have been full for long. */
  prune(): Promise<void>;
}

/** Who may do what, and who did. */
export interface AccessRegistry {
  keys: ApiKeyRegistry;
  users: UserRegistry;
  sessions: SessionRegistry;
  audit: AuditRegistry;
  buckets: BucketRegistry;
}
