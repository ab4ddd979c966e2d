import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { RelevoError } from '../../../contracts/errors.ts';
import { languageFor } from '../../http/language.ts';
import { localPath } from '../../http/local-path.ts';
import { wantsPage } from '../../http/wants-page.ts';
import type { ApiContext } from '../../openapi.ts';
import { formPaths } from '../../security/own-page.ts';
import { asPage } from './layout.ts';
import { loginPath } from './paths.ts';
import { problemText, problemView } from './problem-view.ts';

const pages: ReadonlySet<string> = new Set(['/', ...formPaths]);
/** Here the identity provider is gone to, and come back from. */
const providerPaths = '/v1/session/oidc';

/**
 * What a browser is answered instead of an error's JSON: a page where it has asked for one of ours, the way to sign in
 * where it opens anything else without a session. Undefined where the JSON is right.
 */
export function refusalFor(c: ApiContext, error: RelevoError): Response | Promise<Response> | undefined {
  if (!wantsPage(c)) return undefined;
  const { path, method } = c.req;
  const atProvider = path.startsWith(providerPaths);
  if (pages.has(path) || atProvider) {
    const language = languageFor(c);
    asPage(c, language);
    const again = path === '/' ? () => '/' : (other = language) => loginPath({ language: other });
    const text = problemText(error, language, atProvider);
    const view = problemView({ language, text, requestId: c.get('requestId'), again });
    return c.html(view, error.status as ContentfulStatusCode);
  }
  if (error.code !== 'UNAUTHENTICATED' || method !== 'GET' || hasCredential(c)) return undefined;
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(loginPath({ returnTo: localPath(pathname + search) }), 303);
}

/** One that a program sends: its fault is not mended by signing in. */
const hasCredential = (c: ApiContext): boolean =>
  c.req.header('authorization') !== undefined || c.req.header('x-api-key') !== undefined;
