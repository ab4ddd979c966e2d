import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Html, html } from './html.ts';

export type Language = 'en' | 'es';

export interface Page {
  language: Language;
  title: string;
  body: Html;
  /** What the scripts draw from, JSON-safe. */
  data: unknown;
  /** Scripts of the page, run in this order after the libraries. */
  scripts: readonly URL[];
  style: URL;
}

/** Files that pages consist of, read once. */
const files = new Map<string, string>();
function readOnce(file: URL | string): string {
  const known = files.get(String(file));
  if (known !== undefined) return known;
  const text = readFileSync(file, 'utf8');
  files.set(String(file), text);
  return text;
}

/** The browser builds of the chart library and of what it stands on; both are ISC-licensed and say so inside. */
function libraries(): string[] {
  const require = createRequire(import.meta.url);
  const d3 = new URL('../dist/d3.min.js', `file://${require.resolve('d3')}`);
  const plot = new URL('../dist/plot.umd.min.js', `file://${require.resolve('@observablehq/plot')}`);
  return [readOnce(d3), readOnce(plot)];
}

/**
 * One HTML document that needs no network: style, data and chart library (Observable Plot) are inside. Its content
 * security policy lets only these very scripts run, so that text of the data can never become one.
 */
export function pageHtml({ language, title, body, data, scripts, style }: Page): string {
  const sources = [...libraries(), ...scripts.map(readOnce)];
  const hashes = sources.map((source) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(' ')}`;
  // A "<" in the data could end the element that holds it.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(readOnce(style))}</style>
</head>
<body>
${body}
<script type="application/json" id="data">${new Html(json)}</script>
${sources.map((source) => new Html(`<script>${source}</script>\n`))}</body>
</html>
`;
  return page.markup;
}
