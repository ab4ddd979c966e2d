import { createRoute, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../../contracts/errors.ts';
import { longestLocalPath } from '../../http/local-path.ts';
import { errors } from '../../openapi.ts';

const html = { 'text/html': { schema: z.string() } };
const page = (description: string) => ({ description, content: html });
/** Errors that a browser is shown as a page. */
const shownErrors = (...codes: ErrorCode[]) =>
  Object.fromEntries(
    Object.entries(errors(...codes)).map(([status, { description, content }]) => [
      status,
      { description, content: { ...content, ...html } },
    ]),
  );
const indexSchema = z
  .object({
    name: z.literal('relevo'),
    version: z.string(),
    links: z.object({ openapi: z.string(), docs: z.string(), health: z.string(), session: z.string() }),
  })
  .openapi('Index');
const language = z
  .string()
  .optional()
  .openapi({ description: '`en` or `es`: kept in a cookie from then on' });

/** What a browser cannot have entered by hand. */
const longestField = 1_000;
const form = <S extends z.ZodType>(schema: S) => ({
  body: {
    description: 'A form of one of these pages',
    content: { 'application/x-www-form-urlencoded': { schema } },
    required: true,
  },
});

export const home = createRoute({
  method: 'get',
  path: '/',
  operationId: 'getHome',
  tags: ['pages'],
  summary: 'For a browser the page of who is signed in, for programs where everything is',
  request: { query: z.object({ language }) },
  responses: {
    200: {
      description: 'As `accept` asks for it',
      content: { 'application/json': { schema: indexSchema }, ...html },
    },
    303: { description: 'A browser in which nobody is signed in is led to /login' },
  },
});

export const loginPage = createRoute({
  method: 'get',
  path: '/login',
  tags: ['pages'],
  summary: 'The page to sign in on',
  request: {
    query: z.object({
      language,
      returnTo: z
        .string()
        .optional()
        .openapi({
          description: `Path of this server to go to afterwards, at most ${longestLocalPath} characters; anything else is taken for \`/\``,
        }),
      notice: z.string().optional(),
      arrived: z.string().optional(),
    }),
  },
  responses: {
    200: page('The page'),
    303: { description: 'Somebody is signed in already' },
    ...shownErrors('REQUEST_INVALID', 'DATABASE_UNAVAILABLE'),
  },
});

const field = z.string().min(1).max(longestField);
const passwordForm = z.object({
  name: field,
  password: field,
  returnTo: z.string().optional(),
});
export const signIn = createRoute({
  method: 'post',
  path: '/login',
  tags: ['pages'],
  summary: 'What the form of /login sends; programs log in by POST /v1/session',
  request: form(passwordForm),
  responses: {
    303: { description: 'Signed in; leads on' },
    ...shownErrors('REQUEST_INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE'),
  },
});

export const signOut = createRoute({
  method: 'post',
  path: '/logout',
  tags: ['pages'],
  summary: 'What the form to sign out sends; programs log out by DELETE /v1/session',
  request: form(z.object({ csrf: field })),
  responses: {
    303: { description: 'Signed out, or was so before; leads to /login' },
    ...shownErrors('REQUEST_INVALID', 'FORBIDDEN', 'DATABASE_UNAVAILABLE'),
  },
});
