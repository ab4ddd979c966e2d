import type { ColumnSummary, EdaSummary } from '../../contracts/eda.ts';
import type { Format } from '../format.ts';
import { type Html, html } from '../html.ts';
import { strongestPairs } from './findings.ts';
import { figureCell, table } from './table.ts';
import type { Texts } from './texts/index.ts';

/** What every section of a page is made from. */
export interface Section {
  summary: EdaSummary;
  texts: Texts;
  format: Format;
}

/** A row a column, the target chosen; the page's script draws the chosen one's distribution. */
export function columnsSection({ summary, texts, format }: Section): Html {
  const { columns, rows } = summary;
  const words = texts.columns;
  const numberOf = (column: ColumnSummary, of: (statistics: Statistics) => number | null) =>
    figureCell(column.kind === 'number' && column.statistics ? of(column.statistics) : null, format.number);
  const row = (column: ColumnSummary) => html`<tr data-name="${column.name}"${
    column.role === 'target' && html` data-chosen`
  }>
<td title="${column.about}">${column.name}${
    column.kind === 'number' && column.unit !== undefined && html` <span class="quiet">${column.unit}</span>`
  }</td>
<td>${texts.roles[column.role]}</td>
${figureCell(rows === 0 ? 0 : column.missing / rows, format.percent)}
${figureCell(column.distinct, format.count)}
${numberOf(column, ({ min }) => min)}
${numberOf(column, ({ box }) => box.p50)}
${numberOf(column, ({ mean }) => mean)}
${numberOf(column, ({ max }) => max)}
${numberOf(column, ({ standardDeviation }) => standardDeviation)}
${numberOf(column, ({ skewness }) => skewness)}
</tr>`;
  const { name, role, missing, distinct, min, median, mean, max, deviation, skewness } = words;
  const headings = [name, role, missing, distinct, min, median, mean, max, deviation, skewness];
  return html`<h2 id="columns-title">${words.title}</h2>
<p class="quiet">${words.about}</p>
${table({ id: 'columns', headings, rows: columns.map(row), figuresFrom: 2 })}
<h3 id="column-name"></h3>
<figure data-chart="distribution"></figure>`;
}

type Statistics = NonNullable<Extract<ColumnSummary, { kind: 'number' }>['statistics']>;

/** Which columns are missing together, and in how many rows; one sentence where no cell is missing. */
export function missingSection({ summary, texts, format }: Section): Html {
  const words = texts.missing;
  const isComplete = summary.columns.every(({ missing }) => missing === 0);
  const rows = summary.missing.map(
    ({ columns, count }) => html`<tr>
<td>${columns.length === 0 ? words.complete : columns.join(', ')}</td>
${figureCell(count, format.count)}
${figureCell(count / Math.max(1, summary.rows), format.percent)}
</tr>`,
  );
  const body = html`<p class="quiet">${words.about}</p>
${table({ headings: [words.pattern, words.rows, words.share], rows, figuresFrom: 1 })}`;
  return html`<h2 id="missing-title">${words.title}</h2>
${isComplete ? html`<p>${words.none}</p>` : body}`;
}

const mostPairs = 15;

/** Empty where no two columns can be compared. The 15 strongest pairs; the page's script draws the matrix. */
export function correlationSection({ summary, texts, format }: Section): Html {
  const words = texts.correlation;
  const pairs = strongestPairs(summary).slice(0, mostPairs);
  if (pairs.length === 0) return html``;
  const rows = pairs.map(
    ({ first, second, value }) =>
      html`<tr><td>${first} – ${second}</td>${figureCell(value, format.number)}</tr>`,
  );
  const hasPearson = summary.correlation.pearson.names.length > 1;
  const kinds = (hasPearson ? ['pearson', 'spearman', 'association'] : ['association']) as (
    | 'pearson'
    | 'spearman'
    | 'association'
  )[];
  return html`<h2 id="correlation-title">${words.title}</h2>
<p class="quiet">${words.about} ${words.associationAbout}</p>
<select id="correlation-kind" aria-label="${words.title}">
${kinds.map((kind) => html`<option value="${kind}">${words[kind]}</option>`)}
</select>
<figure data-chart="correlation"></figure>
<h3>${words.strongest}</h3>
${table({ headings: [words.pair, words.value], rows, figuresFrom: 1 })}`;
}

/** Empty where nothing was compared with the target; features by the strength of their association, strongest first. */
export function targetSection({ summary, texts }: Section): Html {
  const words = texts.target;
  const { names, values } = summary.correlation.association;
  const strengthOf = (feature: string): number =>
    values[names.indexOf(summary.target)]?.[names.indexOf(feature)] ?? 0;
  const features = summary.againstTarget
    .map(({ feature }) => feature)
    .sort((a, b) => strengthOf(b) - strengthOf(a));
  if (features.length === 0) return html``;
  const kinds = [...new Set(summary.againstTarget.map(({ kind }) => kind))];
  return html`<h2 id="target-title">${words.title(summary.target)}</h2>
<p class="quiet">${words.about}</p>
<label>${words.choose} <select id="feature">
${features.map((feature) => html`<option>${feature}</option>`)}
</select></label>
<figure data-chart="against"></figure>
${kinds.map((kind) => html`<p class="quiet" data-about="${kind}">${words[kind]}</p>`)}`;
}

/** Columns of numbers with values beyond their fences, the farthest with their row ids. */
export function outliersSection({ summary, texts, format }: Section): Html {
  const words = texts.outliers;
  const found = summary.columns.flatMap((column) =>
    column.kind === 'number' && column.outliers.count > 0 ? [column] : [],
  );
  const rows = found.map(
    ({ name, outliers }) => html`<tr>
<td>${name}</td>
<td class="figure">${format.number(outliers.low)} … ${format.number(outliers.high)}</td>
${figureCell(outliers.count, format.count)}
${figureCell(outliers.extreme, format.count)}
<td>${outliers.farthest.map(({ rowId, value }) => `${rowId}: ${format.number(value)}`).join(' · ')}</td>
</tr>`,
  );
  const headings = [texts.columns.name, words.fences, words.count, words.extreme, words.farthest];
  return html`<h2 id="outliers-title">${words.title}</h2>
<p class="quiet">${words.about}</p>
${rows.length === 0 ? html`<p>${words.none}</p>` : table({ headings, rows, figuresFrom: 1, figuresTo: 4 })}`;
}

/**
 * Empty where no column is a time. Lists the longest gaps; the page's script draws hours, weekdays and the whole
 * stretch.
 */
export function timeSection({ summary, texts, format }: Section): Html {
  const { time } = summary;
  const words = texts.time;
  if (!time) return html``;
  const rows = time.gaps.longest.map(
    ({ from, to, seconds }) => html`<tr>
<td>${format.moment(from)}</td><td>${format.moment(to)}</td>${figureCell(seconds, format.duration)}
</tr>`,
  );
  const gaps =
    rows.length === 0
      ? html`<p>${time.everySeconds === null ? words.noPace : words.noGaps}</p>`
      : table({ headings: [words.from, words.to, words.length], rows, figuresFrom: 2 });
  return html`<h2 id="time-title">${words.title(time.column)}</h2>
<div class="columns">
<div><h3>${words.byHour}</h3><figure data-chart="by-hour"></figure></div>
<div><h3>${words.byWeekday}</h3><figure data-chart="by-weekday"></figure></div>
</div>
<h3>${words.series[time.bucket]}</h3>
<figure data-chart="series"></figure>
<h3>${words.gaps}${time.gaps.count > 0 && ` (${format.count(time.gaps.count)})`}</h3>
${gaps}`;
}
