import { DrizzleQueryError } from 'drizzle-orm';
import { z } from 'zod';
import { RelevoError } from '../contracts/errors.ts';

/** Faults of the way to the server, from the system and from `pg` itself. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
const brokenConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|The server does not support SSL)/;
/**
 * PostgreSQL's classes: 08 connection, 28 login, 53 no resources, 57P0x shutting down or starting, 3D000 no such
 * database, 42P01 and 3F000 no such table or schema.
 */
const unavailable = /^(08...|28...|53...|57P0[1-5]|3D000|42P01|3F000)$/;

const farMoment = {
  message: 'A moment is so far away that the database cannot keep it.',
  expected: 'a moment of the years 1 to 9999 in UTC',
};
/** PostgreSQL's text holds every character but NUL; of years that are not of four digits it reads no moment in ISO. */
const unstorable: Record<string, { message: string; expected: string }> = {
  '22021': {
    message: 'A text holds a character that the database cannot keep: NUL.',
    expected: 'text without NUL',
  },
  '22007': farMoment,
  '22008': farMoment,
  '22009': farMoment,
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** PostgreSQL's code of what a statement failed with, or the system's; empty where there is none. */
export const sqlState = (error: unknown): string => codeOf(rootOf(error));

/** PostgreSQL's classes of data that it cannot take: 22 unfit values, 23 broken constraints. */
const unfit = /^2[23]/;

/** Whether it is the data that a statement failed on, so that trying again cannot help. */
export const isUnfit = (error: unknown): boolean => unfit.test(sqlState(error));

function unavailableRemedy(code: string): string {
  if (code === '42P01' || code === '3F000') return 'Run the migrations: relevo up does.';
  if (code.startsWith('28')) return 'Check user and password in DATABASE_URL.';
  if (code === '3D000') return 'Create the database that DATABASE_URL names.';
  return 'See that PostgreSQL runs and that DATABASE_URL (or relevo up) points to it.';
}

/** Drizzle shows the statement with its values; what lies below says what is wrong without them. */
const rootOf = (error: unknown): unknown => (error instanceof DrizzleQueryError ? error.cause : error);

/** What went wrong with the database as one of Relevo's errors; never holds the URL, a password, or a statement's values. */
export function asRelevoError(error: unknown): RelevoError {
  const root = rootOf(error);
  if (root instanceof RelevoError) return root;
  if (root instanceof z.ZodError) {
    const [issue] = root.issues;
    const field = issue?.path.join('.') ?? '';
    return new RelevoError('INTERNAL', `The registry's record is wrong at "${field}": ${issue?.message}`, {
      field,
      expected: issue?.message,
    });
  }
  const code = codeOf(root);
  const message = root instanceof Error ? root.message : String(root);
  if (unreachable.has(code) || unavailable.test(code) || brokenConnection.test(message)) {
    const reason = unreachable.has(code) || message === '' ? code : message;
    return new RelevoError('DATABASE_UNAVAILABLE', `The database cannot be used: ${reason}`, {
      remedy: unavailableRemedy(code),
    });
  }
  if (Object.hasOwn(unstorable, code)) {
    const { message: what, expected } = unstorable[code];
    return new RelevoError('REQUEST_UNPROCESSABLE', what, { expected });
  }
  return new RelevoError('INTERNAL', `The registry failed: ${message}`, {}, { cause: root });
}

/** The same object whose methods throw RelevoErrors only. */
export function guarded<T extends object>(room: T): T {
  return new Proxy(room, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        try {
          return await Reflect.apply(member, target, args);
        } catch (error) {
          throw asRelevoError(error);
        }
      };
    },
  });
}
