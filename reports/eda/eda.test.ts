import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type EdaComparison,
  type EdaSummary,
  edaComparisonSchema,
  edaSummarySchema,
} from '../../contracts/eda.ts';
import { formatOf } from '../format.ts';
import { html } from '../html.ts';
import { findingsOf } from './findings.ts';
import { comparisonHtml, edaHtml } from './index.ts';
import { textsOf } from './texts/index.ts';

const hostile = '</script><img src=x onerror="alert(1)">&\'';
const point = { count: 5, target: 1.5, low: 1, high: 2, classes: [] };
const box = { low: 0, p25: 1, p50: 2, p75: 3, high: 5 };

/** A summary with one of everything, and a column whose name would like to be markup. */
const summary = (more: Partial<EdaSummary> = {}): EdaSummary =>
  edaSummarySchema.parse({
    pipeline: 'kiln',
    title: { en: `Kiln ${hostile}`, es: 'Horno' },
    target: 'heat',
    task: 'regression',
    classes: [],
    rows: 200,
    sampledRows: 200,
    columns: [
      {
        kind: 'number',
        name: 'heat',
        role: 'target',
        unit: 'MJ',
        missing: 0,
        distinct: 180,
        statistics: { min: 0, max: 9, mean: 2.25, standardDeviation: 1.5, skewness: 4.2, zeros: 3, box },
        histogram: { edges: [0, 5, 9], counts: [190, 10] },
        outliers: { low: -2, high: 6, count: 30, extreme: 1, farthest: [{ rowId: 7, value: 9 }] },
      },
      {
        kind: 'category',
        name: hostile,
        role: 'input',
        missing: 20,
        distinct: 1,
        values: [{ value: hostile, count: 180 }],
        others: 0,
      },
      {
        kind: 'timestamp',
        name: 'at',
        role: 'other',
        missing: 0,
        distinct: 200,
        first: '2026-01-01T00:00:00',
        last: '2026-01-09T00:00:00',
      },
    ],
    missing: [
      { columns: [], count: 180 },
      { columns: [hostile], count: 20 },
    ],
    repeats: { rows: 4, contradictions: 2, contradictingRows: 6 },
    correlation: {
      pearson: { names: ['heat'], values: [[1]] },
      spearman: { names: ['heat'], values: [[1]] },
      association: {
        names: ['heat', hostile],
        values: [
          [1, 0.99],
          [0.99, 1],
        ],
      },
    },
    againstTarget: [{ kind: 'boxes', feature: hostile, groups: [{ value: hostile, count: 180, box }] }],
    time: {
      column: 'at',
      everySeconds: 3_600,
      byHour: [{ at: 0, ...point }],
      byWeekday: [{ at: 1, ...point }],
      bucket: 'hour',
      series: [{ at: '2026-01-01T00:00:00', ...point }],
      gaps: {
        count: 1,
        longest: [{ from: '2026-01-02T00:00:00', to: '2026-01-02T06:00:00', seconds: 21_600 }],
      },
    },
    ...more,
  } satisfies EdaSummary);

const comparison: EdaComparison = edaComparisonSchema.parse({
  pipeline: 'kiln',
  title: { en: 'Kiln', es: 'Horno' },
  a: { version: 'kiln/file@aaaaaaaaaaaa', rows: 10 },
  b: { version: 'kiln/file@bbbbbbbbbbbb', rows: 12 },
  columns: [
    {
      name: hostile,
      kind: 'number',
      missingShare: { a: 0, b: 0.25 },
      psi: 0.31,
      distance: 0.2,
      mean: { a: 1, b: null },
      bins: [{ label: '< 3', a: 1, b: 1 }],
    },
  ],
  changedRows: {
    key: ['_row_id'],
    added: 2,
    removed: 0,
    changed: 1,
    same: 9,
    byColumn: [{ name: hostile, count: 1 }],
    examples: [{ key: '4', column: hostile, a: hostile, b: null }],
  },
} satisfies EdaComparison);

/** What a browser runs and reads of a page. */
function partsOf(page: string) {
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, source]) => source);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1].replaceAll('&#39;', "'") ?? '';
  const json = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  const visible = page.replace(/<style>[\s\S]*?<\/style>/g, '').replace(/<script[\s\S]*?<\/script>/g, '');
  return { scripts, policy, visible, data: JSON.parse(json) as Record<string, never> };
}

describe.each([
  ['edaHtml', () => edaHtml(summary(), 'en')],
  ['comparisonHtml', () => comparisonHtml(comparison, 'en')],
])('a page of %s', (_, make) => {
  const page = make();
  const { scripts, policy, visible, data } = partsOf(page);

  it('is one small file that asks nothing of the network', () => {
    expect(page.length).toBeLessThan(700_000);
    expect(visible).not.toMatch(/<(link|iframe|object|img)|<[^>]*\s(src|href)="[^#]|url\(|@import|https?:/);
    expect(policy).toContain("default-src 'none'");
  });

  it('lets only its own scripts run', () => {
    expect(scripts).toHaveLength(5);
    for (const source of scripts)
      expect(policy).toContain(`'sha256-${createHash('sha256').update(source).digest('base64')}'`);
    expect(policy.split(' ').filter((part) => part.startsWith("'sha256-"))).toHaveLength(5);
    expect(/script-src[^;]*unsafe/.test(policy)).toBe(false);
  });

  it('shows text of the data as text, and gives it to the charts unchanged', () => {
    expect(visible).not.toContain('<img');
    expect(visible).toContain('&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;');
    expect(JSON.stringify(data)).toContain(JSON.stringify(hostile).slice(1, -1));
  });
});

describe('edaHtml', () => {
  it('speaks English and Spanish, figures included', () => {
    const [en, es] = (['en', 'es'] as const).map((language) => partsOf(edaHtml(summary(), language)).visible);
    expect(en).toContain('<html lang="en">');
    expect(en).toContain('Missing values');
    expect(en).toContain('2.25');
    expect(es).toContain('<html lang="es">');
    expect(es).toContain('Valores ausentes');
    expect(es).toContain('2,25');
    expect(es).toContain('6 horas');
  });

  it('says where the data is from, and that it is generated', () => {
    const page = edaHtml({ ...summary(), source: 'mill', synthetic: true }, 'en');
    expect(page).toContain('source mill');
    expect(page).toContain('generated data');
    expect(edaHtml(summary(), 'en')).not.toContain('generated data');
  });

  it('leaves out what there is nothing to say about', () => {
    const bare = summary({ time: undefined, againstTarget: [], rows: 0 });
    const { visible } = partsOf(edaHtml(bare, 'en'));
    expect(visible).not.toContain('data-chart="series"');
    expect(visible).not.toContain('id="feature"');
  });
});

describe('findings', () => {
  const say = (data: EdaSummary) => findingsOf(data, textsOf('en'), formatOf('en'));

  it('are what a person should know first', () => {
    expect(say(summary())).toEqual([
      '4 rows (2%) repeat an earlier row in every column but time.',
      `${hostile} is missing in 10% of the rows.`,
      `${hostile} has one value only.`,
      `${hostile} nearly gives heat away (association 0.99): is it known when a prediction is made?`,
      'heat has 15% of its values beyond Tukey’s fences.',
      'heat is skewed (4.2).',
      'Time has gaps (1); the longest is 6 hours.',
    ]);
  });

  it('tell contradictions and rare classes of a classification', () => {
    const classes = summary({
      task: 'classification',
      target: 'grade',
      columns: [
        {
          kind: 'category',
          name: 'grade',
          role: 'target',
          missing: 0,
          distinct: 2,
          values: [
            { value: 'good', count: 195 },
            { value: 'bad', count: 5 },
          ],
          others: 0,
        },
      ],
    });
    expect(say(classes)).toContain(
      '2 groups of equal inputs (6 rows) have different grade: no model can tell them apart.',
    );
    expect(say(classes)).toContain('The class bad has 2.5% of the rows.');
  });
});

describe('html', () => {
  it('escapes values, keeps markup, and leaves out what is not there', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"'}">${inner}${undefined}${false}${[inner, 'a & b']}${0}</p>`.markup).toBe(
      '<p title="&quot;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>a &amp; b0</p>',
    );
  });
});
