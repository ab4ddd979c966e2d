import type { EdaComparison } from '../../contracts/eda.ts';
import { type Format, formatOf } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type Language, pageHtml } from '../page.ts';
import { figureCell, table } from './table.ts';
import { type Texts, textsOf } from './texts/index.ts';

type Words = Texts['comparison'];

/** An interactive page about what has changed from one dataset version to another: one HTML file, no network. */
export function comparisonHtml(comparison: EdaComparison, language: Language): string {
  const texts = textsOf(language);
  const words = texts.comparison;
  const format = formatOf(language);
  const { a, b } = comparison;
  const title = comparison.title[language];
  const body = html`<header>
<h1>${title}</h1>
<span class="quiet">${words.title}</span>
<button id="theme">${texts.theme}</button>
</header>
<p class="quiet">${a.version} (${format.count(a.rows)} ${words.rows}) → ${b.version} (${format.count(b.rows)} ${words.rows})</p>
${distributions(comparison, texts, format)}
${changedRows(comparison, words, format)}
<footer>${words.made}</footer>`;
  return pageHtml({
    language,
    title: `${title}: ${words.title}`,
    body,
    data: { comparison: { columns: comparison.columns }, names: namesOf(comparison), texts: texts.chart },
    scripts: ['charts', 'page', 'comparison'].map((name) => new URL(`client/${name}.js`, import.meta.url)),
    style: new URL('style.css', import.meta.url),
  });
}

/** A version against itself still needs two names for its bars. */
function namesOf({ a, b }: EdaComparison): [string, string] {
  return a.version === b.version ? [`${a.version} (a)`, `${b.version} (b)`] : [a.version, b.version];
}

function distributions({ columns }: EdaComparison, texts: Texts, format: Format): Html {
  const words = texts.comparison;
  const compared = columns.filter(({ psi }) => psi !== null);
  const rows = compared.map(
    ({ name, psi, distance, missingShare, mean }) => html`<tr data-name="${name}">
<td>${name}</td>
${figureCell(psi, format.number)}
${figureCell(distance, format.number)}
<td class="figure" data-sort="${missingShare.b - missingShare.a}">${format.percent(missingShare.a)} → ${format.percent(missingShare.b)}</td>
<td class="figure">${mean ? `${format.number(mean.a)} → ${format.number(mean.b)}` : '–'}</td>
</tr>`,
  );
  if (rows.length === 0) return html``;
  const headings = [texts.columns.name, words.psi, words.distance, words.missing, words.mean];
  return html`<h2>${words.columns}</h2>
<p class="quiet">${words.about}</p>
${table({ id: 'changes', headings, rows, figuresFrom: 1 })}
<h3 id="column-name"></h3>
<figure data-chart="change"></figure>`;
}

function changedRows({ changedRows: found }: EdaComparison, words: Words, format: Format): Html {
  const { key, added, removed, changed, same, byColumn, examples } = found;
  const isAlike = added + removed + changed === 0;
  const shownKey = key.join(', ') === '_row_id' ? words.rowId : key.join(', ');
  const counts = [
    [added, words.added],
    [removed, words.removed],
    [changed, words.changedRows],
    [same, words.same],
  ] as const;
  const cells = byColumn.map(
    ({ name, count }) => html`<tr><td>${name}</td>${figureCell(count, format.count)}</tr>`,
  );
  const samples = examples.map(
    (cell) =>
      html`<tr><td>${cell.key}</td><td>${cell.column}</td><td>${cell.a ?? '–'}</td><td>${cell.b ?? '–'}</td></tr>`,
  );
  return html`<h2>${words.changed}</h2>
<p>${counts.map(([count, name]) => `${format.count(count)} ${name}`).join(' · ')}</p>
<p class="quiet">${words.key(shownKey)} ${isAlike && words.none}</p>
${
  cells.length > 0 &&
  html`<h3>${words.byColumn}</h3>
${table({ headings: [words.cells, words.changedRows], rows: cells, figuresFrom: 1 })}
<h3>${words.examples}</h3>
${table({ headings: [words.row, words.cells, words.before, words.after], rows: samples, figuresFrom: 4 })}`
}`;
}
