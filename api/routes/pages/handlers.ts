import { RelevoError } from '../../../contracts/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { errorHeaders } from '../../http/error-headers.ts';
import { toRelevoError } from '../../http/errors.ts';
import { keepLanguage, type Language, languageFor, languageNamed } from '../../http/language.ts';
import { localPath } from '../../http/local-path.ts';
import { wantsPage } from '../../http/wants-page.ts';
import { type ApiContext, createRouter } from '../../openapi.ts';
import { isFromOwnPage } from '../../security/own-page.ts';
import type { Authentication } from '../../security/sessions/authentication.ts';
import { isCsrfToken, sessionOf } from '../../security/sessions/cookie.ts';
import { askerOf } from '../session/asker.ts';
import { ownSession } from '../session/own-session.ts';
import { forward } from './forward.ts';
import { codecEndpointFor, linksFor, pipelinesOf } from './home-parts.ts';
import { homeView } from './home-view.ts';
import { asPage } from './layout.ts';
import { type LoginView, loginView } from './login-view.ts';
import { loginPath } from './paths.ts';
import { problemText } from './problem-view.ts';
import { home, loginPage, signIn, signOut } from './routes.ts';
import { textsIn } from './texts.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'champions' | 'temporalUi' | 'codec' | 'logins'> & {
  registry: Pick<ApiDeps['registry'], 'datasets' | 'access'>;
  authentication: Authentication;
};

/** What the form itself says, by the code of what was wrong; anything else is a page of its own. */
const saidInForm = { UNAUTHENTICATED: 401, RATE_LIMITED: 429, DATABASE_UNAVAILABLE: 503 } as const;

/** Pages for people, in Spanish and English, that work without scripts: to sign in, and who one is here. */
export function pageRoutes(deps: Deps, version: string) {
  const { logins, registry, authentication } = deps;
  const provider = logins.oidc?.provider;

  const languageAsked = (c: ApiContext, asked: string | undefined): Language => {
    const language = languageNamed(asked);
    if (language !== undefined) keepLanguage(c, language, logins.secure);
    return language ?? languageFor(c);
  };
  const showLogin = (
    c: ApiContext,
    view: Omit<LoginView, 'provider'>,
    status: 200 | 401 | 429 | 503 = 200,
  ) => {
    asPage(c, view.language);
    return c.html(loginView({ ...view, provider }), status);
  };

  return createRouter()
    .openapi(home, async (c) => {
      if (!wantsPage(c)) return c.json(indexOf(version), 200);
      const principal = c.get('principal');
      const language = languageAsked(c, c.req.valid('query').language);
      if (principal.kind === 'nobody') return c.redirect(loginPath({}), 303);
      const pipelines = await pipelinesOf(deps, principal);
      const csrfToken = ownSession(c)?.csrfToken;
      asPage(c, language);
      const here = new URL(c.req.url);
      const links = linksFor(deps, principal, here);
      const codecEndpoint = codecEndpointFor(deps, principal, here);
      return c.html(homeView({ language, principal, csrfToken, pipelines, links, codecEndpoint }), 200);
    })
    .openapi(loginPage, async (c) => {
      const query = c.req.valid('query');
      const language = languageAsked(c, query.language);
      const returnTo = localPath(query.returnTo) ?? '/';
      if (c.get('principal').kind !== 'nobody') return c.redirect(returnTo, 303);
      if (c.req.header('sec-fetch-site') === 'cross-site' && query.arrived === undefined)
        return forward(c, loginPath({ returnTo, arrived: 'yes' }));
      const hasPasswords = await registry.access.users.hasLogins();
      const { signedOut, ended } = textsIn(language).signIn;
      const hadSession = sessionOf(c.req.header('cookie')) !== undefined;
      if (hadSession) c.header('set-cookie', await authentication.end(undefined), { append: true });
      const notice = query.notice === 'signed-out' ? signedOut : hadSession ? ended : undefined;
      return showLogin(c, { language, returnTo, hasPasswords, notice });
    })
    .openapi(signIn, async (c) => {
      if (!isFromOwnPage(c.req.header(), logins.publicOrigin)) throw foreign('origin');
      const { name, password, ...form } = c.req.valid('form');
      const returnTo = localPath(form.returnTo) ?? '/';
      const language = languageFor(c);
      const view = { language, returnTo, hasPasswords: true };
      try {
        const { cookie } = await authentication.byPassword(askerOf(c), { name, password });
        c.header('set-cookie', cookie);
        c.header('cache-control', 'no-store');
        return c.redirect(returnTo, 303);
      } catch (thrown) {
        const error = toRelevoError(thrown);
        if (!isSaidInForm(error)) throw thrown;
        for (const [header, value] of Object.entries(errorHeaders(error))) c.header(header, value);
        const refused = { name, reason: problemText(error, language) };
        return showLogin(c, { ...view, refused }, saidInForm[error.code]);
      }
    })
    .openapi(signOut, async (c) => {
      // Another site's form comes without the cookie, and must not have the browser throw it away.
      if (!isFromOwnPage(c.req.header(), logins.publicOrigin)) throw foreign('origin');
      const session = ownSession(c);
      if (session !== undefined && !isCsrfToken(c.req.valid('form').csrf, session.csrfToken))
        throw foreign('csrf');
      c.header('set-cookie', await authentication.end(session?.id));
      return c.redirect(loginPath({ notice: 'signed-out' }), 303);
    });
}

const isSaidInForm = (error: RelevoError): error is RelevoError & { code: keyof typeof saidInForm } =>
  error.code in saidInForm;

const indexOf = (version: string) => ({
  name: 'relevo' as const,
  version,
  links: { openapi: '/openapi.json', docs: '/docs', health: '/health', session: '/v1/session' },
});

const foreign = (field: string): RelevoError =>
  new RelevoError('FORBIDDEN', 'A form that no page of this server has sent is not taken.', {
    field,
    expected: 'a form of /login or of /',
  });
