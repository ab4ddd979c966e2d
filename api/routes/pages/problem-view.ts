import { html } from 'hono/html';
import type { ErrorCode, RelevoError } from '../../../contracts/errors.ts';
import type { Language } from '../../http/language.ts';
import { RateLimited } from '../../security/rate-limited.ts';
import { layout, type Markup } from './layout.ts';
import { type PageTexts, textsIn } from './texts.ts';

type Problem = Exclude<keyof PageTexts['problems'], 'title' | 'wait' | 'again' | 'request'>;

/** What a code means to who signs in; `atProvider` where the identity provider has sent them back. */
const problems: Partial<Record<ErrorCode, { usual: Problem; atProvider?: Problem }>> = {
  UNAUTHENTICATED: { usual: 'wrong', atProvider: 'notAsked' },
  FORBIDDEN: { usual: 'foreign', atProvider: 'noRole' },
  DATABASE_UNAVAILABLE: { usual: 'databaseAway' },
  IDENTITY_UNAVAILABLE: { usual: 'providerAway' },
  ROUTE_NOT_FOUND: { usual: 'noProvider' },
  REQUEST_INVALID: { usual: 'badRequest' },
  BODY_TOO_LARGE: { usual: 'badRequest' },
};

/** Why signing in did not work, in a sentence that says what to do. */
export function problemText(error: RelevoError, language: Language, atProvider = false): string {
  const texts = textsIn(language).problems;
  if (error instanceof RateLimited) return texts.wait(Number(error.headers['retry-after']));
  if (isUnentered(error)) return texts.missing;
  const known = problems[error.code];
  if (known === undefined) return texts.unforeseen;
  return texts[(atProvider ? known.atProvider : undefined) ?? known.usual];
}

/** Whether a form came without what one enters in it, or with more than anybody would. */
const isUnentered = ({ code, details: { field } }: RelevoError): boolean =>
  code === 'REQUEST_INVALID' && (field === 'name' || field === 'password');

/** A page about what did not work, with a way on. */
export function problemView(view: {
  language: Language;
  text: string;
  requestId: string;
  /** The page to try again. */
  again(language?: Language): string;
}): Markup {
  const { language, text, requestId, again } = view;
  const { problems: texts } = textsIn(language);
  return layout(
    { language, title: texts.title, inLanguage: again },
    html`<section class="card narrow"><h1>${texts.title}</h1>
<p class="note bad" role="alert">${text}</p>
<p><a class="button" href="${again()}">${texts.again}</a></p>
<p class="quiet small">${texts.request} <code>${requestId}</code></p></section>`,
  );
}
