import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const prefix = 'relevo';
const idBytes = 8;
const secretBytes = 32;
const keyPattern = /^relevo_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const sessionPattern = /^([0-9a-f]{16})\.([A-Za-z0-9_-]{43})$/;

/** What opens something: an id that may be shown, and a secret that is kept nowhere. */
export interface Credential {
  id: string;
  secret: string;
}

/** An id and a secret that nobody has, both random. */
export const newCredential = (): Credential => ({
  id: randomBytes(idBytes).toString('hex'),
  secret: newSecret(),
});

/** 32 random bytes in base64url. */
export const newSecret = (): string => randomBytes(secretBytes).toString('base64url');

/** An API key as a client sends it: `relevo_<id>_<secret>`. */
export const formatKey = ({ id, secret }: Credential): string => `${prefix}_${id}_${secret}`;

/** What `formatKey` wrote; undefined where the text is no such key. */
export const parseKey = (text: string): Credential | undefined => parts(keyPattern, text);

/** A session as its cookie holds it: `<id>.<secret>`. */
export const formatSession = ({ id, secret }: Credential): string => `${id}.${secret}`;

/** What `formatSession` wrote; undefined where the text is no such session. */
export const parseSession = (text: string): Credential | undefined => parts(sessionPattern, text);

function parts(pattern: RegExp, text: string): Credential | undefined {
  const [, id, secret] = pattern.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * SHA-256 of a secret. One round is enough: it has 256 random bits, which nobody guesses however fast they can try.
 * Passwords, which people choose, go through scrypt (`passwords.ts`). In one call: every request has its key digested,
 * and a `Hash` object each was half of what a collection of garbage waited for.
 */
export const digestOf = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/** `digestOf` in hexadecimal, as the registry keeps it. */
export const hashOf = (secret: string): string => digestOf(secret).toString('hex');

/** Whether two digests are one, in a time that does not tell where they differ. */
export const sameDigest = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
