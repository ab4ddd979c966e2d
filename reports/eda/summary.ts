import type { EdaSummary } from '../../contracts/eda.ts';
import { formatOf } from '../format.ts';
import { html } from '../html.ts';
import { type Language, pageHtml } from '../page.ts';
import { findingsOf } from './findings.ts';
import {
  columnsSection,
  correlationSection,
  missingSection,
  outliersSection,
  targetSection,
  timeSection,
} from './sections.ts';
import { textsOf } from './texts/index.ts';

/** Where the data of a report comes from. */
export interface Origin {
  source?: string;
  /** Generated data says so. */
  synthetic?: boolean;
}

/** An interactive page about one dataset version: one HTML file that needs no network. */
export function edaHtml(summary: EdaSummary & Origin, language: Language): string {
  const texts = textsOf(language);
  const format = formatOf(language);
  const title = summary.title[language];
  const section = { summary, texts, format };
  const findings = findingsOf(summary, texts, format);
  const parts = [
    ['columns', texts.columns.title],
    ['missing', texts.missing.title],
    ['correlation', texts.correlation.title],
    ['target', texts.target.title(summary.target)],
    ['outliers', texts.outliers.title],
    ...(summary.time ? [['time', texts.time.title(summary.time.column)]] : []),
  ];
  const body = html`<header>
<h1>${title}</h1>
<span class="quiet">${texts.look}</span>
${summary.synthetic && html`<span class="badge">${texts.synthetic}</span>`}
<button id="theme">${texts.theme}</button>
</header>
<p class="quiet">${summary.pipeline}${summary.source !== undefined && ` · ${texts.source} ${summary.source}`} ·
${texts.lookAbout(format.count(summary.rows), format.count(summary.columns.length))}</p>
<nav>${parts.map(([id, name]) => html`<a href="#${id}-title">${name}</a>`)}</nav>
<h2>${texts.findings}</h2>
${
  findings.length === 0
    ? html`<p>${texts.noFindings}</p>`
    : html`<ul>${findings.map((finding) => html`<li>${finding}</li>`)}</ul>`
}
${columnsSection(section)}
${missingSection(section)}
${correlationSection(section)}
${targetSection(section)}
${outliersSection(section)}
${timeSection(section)}
<footer>${texts.footnote(format.count(summary.sampledRows))}</footer>`;
  const { columns, correlation, againstTarget, time, target, classes } = summary;
  return pageHtml({
    language,
    title: `${title}: ${texts.look}`,
    body,
    data: {
      summary: { columns, correlation, againstTarget, time, target },
      classes,
      texts: { ...texts.chart, weekdays: texts.time.weekdays },
    },
    scripts: ['charts', 'page', 'summary'].map((name) => new URL(`client/${name}.js`, import.meta.url)),
    style: new URL('style.css', import.meta.url),
  });
}
