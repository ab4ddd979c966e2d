import { accepts } from 'hono/accepts';
import { getCookie } from 'hono/cookie';
import { serialize } from 'hono/utils/cookie';
import type { Bilingual } from '../../contracts/pipeline.ts';
import type { ApiContext } from '../openapi.ts';

export const languages = ['en', 'es'] as const;
export type Language = (typeof languages)[number];

/** Keeps what a person chose on a page; programs say it in `accept-language`. */
const languageCookie = 'relevo_language';
const keptSeconds = 365 * 24 * 3_600;

export const languageNamed = (name: string | undefined): Language | undefined =>
  languages.find((language) => language === name);

/** The language that the client asked for, chosen on a page before its browser's own; English otherwise. */
export const languageFor = (c: ApiContext): Language =>
  languageNamed(getCookie(c, languageCookie)) ??
  languageNamed(
    accepts(c, { header: 'Accept-Language', supports: [...languages], default: 'en', match: firstKnown }),
  ) ??
  'en';

/** The best liked of those that there are, whatever the country: `es-CO` is Spanish. */
const firstKnown = (asked: { type: string; q: number }[]): string =>
  asked
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q)
    .map(({ type }) => type.toLowerCase().split('-')[0])
    .find((language) => languageNamed(language) !== undefined) ?? 'en';

/** Lets the browser ask for this language from now on. */
export function keepLanguage(c: ApiContext, language: Language, secure: boolean): void {
  const cookie = serialize(languageCookie, language, {
    ...{ httpOnly: true, sameSite: 'Lax', path: '/', secure },
    maxAge: keptSeconds,
  });
  c.header('set-cookie', cookie, { append: true });
}

/** Picks texts for people in the language that the client asked for, English otherwise. */
export function languageOf(c: ApiContext): (text: Bilingual) => string {
  const language = languageFor(c);
  c.header('content-language', language);
  return (text) => text[language];
}
