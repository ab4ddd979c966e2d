import { html, raw } from 'hono/html';
import type { Language } from '../../http/language.ts';
import { languages } from '../../http/language.ts';
import type { ApiContext } from '../../openapi.ts';
import { style, styleSource } from './style.ts';
import { textsIn } from './texts.ts';

export type Markup = ReturnType<typeof html>;

/** No script, nothing from elsewhere, and within nobody's frame. */
const policy = `default-src 'none'; style-src ${styleSource}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Two arrows that take over from one another. */
const mark =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0a5a9c"/><path d="M7 12h15l-4-4M25 20H10l4 4" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>';
const icon = `data:image/svg+xml,${encodeURIComponent(mark)}`;

export interface Frame {
  language: Language;
  title: string;
  /** This page in another language. */
  inLanguage(language: Language): string;
  /** What stands at the end of the header. */
  aside?: Markup;
}

/** A whole page: header with the switch of languages, and what it is about. */
export function layout({ language, title, inLanguage, aside }: Frame, body: Markup): Markup {
  const others = languages.filter((other) => other !== language);
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Relevo</title>
<link rel="icon" href="${icon}">
<style>${raw(style)}</style>
</head>
<body>
<header>
<a class="mark" href="/">${raw(mark)}Relevo</a>
${others.map((other) => html`<a href="${inLanguage(other)}" lang="${other}" hreflang="${other}">${textsIn(other).language}</a>`)}
${aside}
</header>
<main>${body}</main>
</body>
</html>
`;
}

/** Says that an answer is one of these pages: for this browser, now, and nobody's part. */
export function asPage(c: ApiContext, language: Language): void {
  c.header('content-security-policy', policy);
  c.header('cache-control', 'no-store');
  c.header('content-language', language);
  // `no-referrer` would make the browser hide the origin of our own forms too.
  c.header('referrer-policy', 'same-origin');
}
