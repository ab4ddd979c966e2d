import { html } from 'hono/html';
import { languageFor } from '../../http/language.ts';
import type { ApiContext } from '../../openapi.ts';
import { asPage } from './layout.ts';
import { textsIn } from './texts.ts';

/**
 * A page that leads on by itself. A redirect would still be the navigation of the site that the browser comes from,
 * which it sends no strict cookie with.
 * @param path of this server
 */
export function forward(c: ApiContext, path: string) {
  const language = languageFor(c);
  asPage(c, language);
  return c.html(
    html`<!doctype html><html lang="${language}"><meta charset="utf-8"><title>Relevo</title><meta http-equiv="refresh" content="0;url=${path}"><p><a href="${path}">${textsIn(language).goOn}</a></p></html>`,
    200,
  );
}
