/* Draws the charts of a report with Observable Plot; run in the browser, after the libraries. */
globalThis.relevo = {};

relevo.data = JSON.parse(document.getElementById('data').textContent);
relevo.texts = relevo.data.texts;

if (document.documentElement.lang === 'es')
  d3.formatDefaultLocale({ decimal: ',', thousands: '.', grouping: [3], currency: ['', ' €'], minus: '−' });

const numberFormat = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 5 });
const percentFormat = new Intl.NumberFormat(document.documentElement.lang, {
  style: 'percent',
  maximumFractionDigits: 2,
});
relevo.number = (value) =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : numberFormat.format(value);
relevo.percent = (value) => percentFormat.format(value);

const colors = { main: '#4269d0', second: '#efb118', quiet: '#97bbf5' };
const shorten = (text, length = 26) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const axisNumber = (value) => numberFormat.format(value);
const band = (rows) => Math.max(60, 22 * rows + 50);
const leftOf = (labels) => 24 + 7 * Math.min(26, Math.max(...labels.map((label) => label.length), 3));

relevo.charts = {
  /** Histogram with the box below, or the commonest values. */
  distribution(column, width) {
    if (column.kind === 'number') return relevo.charts.histogram(column, width);
    if (column.kind !== 'category') return document.createTextNode(`${column.first} – ${column.last}`);
    const values =
      column.others > 0 ? [...column.values, { value: '…', count: column.others }] : column.values;
    return Plot.plot({
      width,
      height: band(values.length),
      marginLeft: leftOf(values.map(({ value }) => value)),
      x: { label: relevo.texts.rows, grid: true, tickFormat: axisNumber },
      y: { label: null, domain: values.map(({ value }) => value), tickFormat: (value) => shorten(value) },
      marks: [
        Plot.barX(values, {
          x: 'count',
          y: 'value',
          fill: colors.main,
          title: ({ value, count }) => `${value}: ${relevo.number(count)}`,
          tip: true,
        }),
        Plot.ruleX([0]),
      ],
    });
  },

  histogram({ histogram: { edges, counts }, statistics, unit }, width) {
    const bins = counts.map((count, i) => ({ from: edges[i], to: edges[i + 1], count }));
    const peak = Math.max(...counts, 1);
    const box = statistics ? [statistics.box] : [];
    const at = -0.09 * peak;
    const half = 0.04 * peak;
    return Plot.plot({
      width,
      height: 280,
      marginLeft: 60,
      x: { label: unit ?? null, tickFormat: axisNumber },
      y: {
        label: relevo.texts.rows,
        grid: true,
        domain: [2 * at, peak],
        tickFormat: (value) => (value < 0 ? '' : axisNumber(value)),
      },
      marks: [
        Plot.rectY(bins, {
          x1: 'from',
          x2: 'to',
          y: 'count',
          fill: colors.main,
          inset: 0.5,
          title: ({ from, to, count }) =>
            `${relevo.number(from)} – ${relevo.number(to)}: ${relevo.number(count)}`,
          tip: true,
        }),
        Plot.ruleY([0]),
        Plot.ruleY(box, { x1: 'low', x2: 'high', y: at, stroke: 'currentColor' }),
        Plot.rect(box, {
          x1: 'p25',
          x2: 'p75',
          y1: at - half,
          y2: at + half,
          fill: colors.quiet,
          stroke: 'currentColor',
        }),
        Plot.ruleX(box, { x: 'p50', y1: at - half, y2: at + half, stroke: 'currentColor', strokeWidth: 2 }),
      ],
    });
  },

  /** Cells from −1 to 1, or 0 to 1. */
  heatmap({ names, values }, isSigned, width) {
    const cells = names.flatMap((a, i) => names.map((b, j) => ({ a, b, value: values[i][j] })));
    const left = leftOf(names);
    const size = Math.min(width, left + 46 * names.length);
    return Plot.plot({
      width: size,
      height: (size - left) * 0.8 + left * 0.9,
      marginLeft: left,
      marginBottom: left * 0.85,
      padding: 0.04,
      x: { label: null, domain: names, tickRotate: -40, tickFormat: (name) => shorten(name, 22) },
      y: { label: null, domain: names, tickFormat: (name) => shorten(name) },
      color: {
        scheme: isSigned ? 'RdBu' : 'YlGnBu',
        domain: isSigned ? [-1, 1] : [0, 1],
        legend: true,
        label: null,
        marginLeft: 16,
        marginRight: 16,
        tickFormat: axisNumber,
      },
      marks: [
        Plot.cell(cells, {
          x: 'b',
          y: 'a',
          fill: 'value',
          title: ({ a, b, value }) => `${a}\n${b}\n${relevo.number(value)}`,
          tip: true,
        }),
        names.length <= 14 &&
          Plot.text(cells, {
            x: 'b',
            y: 'a',
            text: ({ value }) => (value === null ? '' : axisNumber(Math.round(100 * value) / 100)),
            fill: ({ value }) => (Math.abs(value) > (isSigned ? 0.65 : 0.55) ? 'white' : 'black'),
            fontSize: 10,
          }),
      ],
    });
  },

  /** The target against one feature, by what both are. */
  against(found, target, width) {
    return relevo.charts[found.kind](found, target, width);
  },

  numbers({ feature, bins, points }, target, width) {
    return Plot.plot({
      width,
      height: 340,
      marginLeft: 60,
      grid: true,
      x: { label: feature, tickFormat: axisNumber },
      y: { label: target, tickFormat: axisNumber },
      marks: [
        Plot.dot(points, {
          x: (point) => point[0],
          y: (point) => point[1],
          r: 2,
          fill: colors.main,
          fillOpacity: 0.35,
        }),
        Plot.rect(bins, {
          x1: 'from',
          x2: 'to',
          y1: 'p25',
          y2: 'p75',
          fill: colors.second,
          fillOpacity: 0.35,
        }),
        Plot.line(bins, {
          x: (bin) => (bin.from + bin.to) / 2,
          y: 'p50',
          stroke: colors.second,
          strokeWidth: 2,
        }),
        Plot.dot(bins, {
          x: (bin) => (bin.from + bin.to) / 2,
          y: 'p50',
          fill: colors.second,
          title: ({ from, to, count, p25, p50, p75 }) =>
            `${relevo.number(from)} – ${relevo.number(to)} (${relevo.number(count)})\n${[p25, p50, p75].map(relevo.number).join(' | ')}`,
          tip: true,
        }),
      ],
    });
  },

  boxes({ feature, groups }, target, width) {
    const rows = groups.map(({ value, count, box }) => ({ value, count, ...box }));
    return Plot.plot({
      width,
      height: band(rows.length) + 30,
      marginLeft: leftOf(rows.map(({ value }) => value)),
      x: { label: target, grid: true, tickFormat: axisNumber },
      y: { label: feature, domain: rows.map(({ value }) => value), tickFormat: (value) => shorten(value) },
      marks: [
        Plot.ruleY(rows, { x1: 'low', x2: 'high', y: 'value', stroke: 'currentColor' }),
        Plot.barX(rows, {
          x1: 'p25',
          x2: 'p75',
          y: 'value',
          fill: colors.quiet,
          title: ({ value, count, p25, p50, p75 }) =>
            `${value} (${relevo.number(count)})\n${[p25, p50, p75].map(relevo.number).join(' | ')}`,
          tip: true,
        }),
        Plot.tickX(rows, { x: 'p50', y: 'value', stroke: colors.main, strokeWidth: 3 }),
      ],
    });
  },

  classes({ feature, edges, groups }, _target, width) {
    const rows = groups.flatMap(({ value, counts }) => {
      const total = Math.max(1, d3.sum(counts));
      return counts.map((count, i) => ({
        value,
        count,
        at: (edges[i] + edges[i + 1]) / 2,
        share: count / total,
      }));
    });
    return Plot.plot({
      width,
      height: 320,
      marginLeft: 60,
      x: { label: feature, tickFormat: axisNumber },
      y: { label: relevo.texts.share, grid: true, tickFormat: relevo.percent },
      color: { legend: true, domain: groups.map(({ value }) => value) },
      marks: [
        Plot.areaY(rows, { x: 'at', y2: 'share', y1: 0, fill: 'value', fillOpacity: 0.12, curve: 'step' }),
        Plot.lineY(rows, {
          x: 'at',
          y: 'share',
          stroke: 'value',
          curve: 'step',
          title: ({ value, at, share, count }) =>
            `${value}\n${relevo.number(at)}: ${relevo.percent(share)} (${relevo.number(count)})`,
          tip: true,
        }),
        Plot.ruleY([0]),
      ],
    });
  },

  counts({ feature, classes, groups }, _target, width) {
    const rows = groups.flatMap(({ value, counts }) => {
      const total = Math.max(1, d3.sum(counts));
      return counts.map((count, i) => ({ value, class: classes[i], count, share: count / total }));
    });
    return Plot.plot({
      width,
      height: band(groups.length) + 30,
      marginLeft: leftOf(groups.map(({ value }) => value)),
      x: { label: relevo.texts.share, tickFormat: relevo.percent },
      y: { label: feature, domain: groups.map(({ value }) => value), tickFormat: (value) => shorten(value) },
      color: { legend: true, domain: classes },
      marks: [
        Plot.barX(rows, {
          x: 'share',
          y: 'value',
          fill: 'class',
          order: classes,
          title: (row) =>
            `${row.value}\n${row.class}: ${relevo.percent(row.share)} (${relevo.number(row.count)})`,
          tip: true,
        }),
      ],
    });
  },

  /** Mean and middle half of the target, or shares of its classes, over one unit of time. */
  time(points, { target, classes, x }, width) {
    const place = (point) => (typeof point.at === 'string' ? new Date(`${point.at}Z`) : point.at);
    const said = (point) =>
      typeof point.at === 'string' ? point.at.slice(0, 16).replace('T', ' ') : x.tickFormat(point.at);
    const common = { width, height: 240, marginLeft: 60, x };
    if (classes.length > 0) {
      const rows = points.flatMap((point) =>
        classes.map((value, i) => ({ at: place(point), value, share: point.classes[i], point })),
      );
      return Plot.plot({
        ...common,
        y: { label: relevo.texts.share, grid: true, tickFormat: relevo.percent },
        color: { legend: true, domain: classes },
        marks: [
          Plot.lineY(rows, {
            x: 'at',
            y: 'share',
            stroke: 'value',
            title: ({ value, share, point }) =>
              `${said(point)}\n${value}: ${relevo.percent(share)} (${relevo.number(point.count)})`,
            tip: true,
          }),
          Plot.ruleY([0]),
        ],
      });
    }
    return Plot.plot({
      ...common,
      y: { label: target, grid: true, tickFormat: axisNumber },
      marks: [
        Plot.areaY(points, { x: place, y1: 'low', y2: 'high', fill: colors.quiet, fillOpacity: 0.35 }),
        Plot.lineY(points, {
          x: place,
          y: 'target',
          stroke: colors.main,
          strokeWidth: 1.5,
          title: (point) =>
            `${said(point)}\n${relevo.texts.mean} ${relevo.number(point.target)}\n${relevo.texts.middleHalf} ${relevo.number(point.low)} – ${relevo.number(point.high)}\n${relevo.number(point.count)} ${relevo.texts.rows}`,
          tip: true,
        }),
      ],
    });
  },

  /** Shares of two versions beside each other. */
  change({ bins }, [before, after], width) {
    const label = (bin) => bin.label || relevo.texts.missing;
    const rows = bins.flatMap((bin) => [
      { label: label(bin), version: before, share: bin.a },
      { label: label(bin), version: after, share: bin.b },
    ]);
    return Plot.plot({
      width,
      height: 44 * bins.length + 60,
      marginLeft: leftOf(bins.map(label)),
      x: { label: relevo.texts.share, grid: true, tickFormat: relevo.percent },
      y: { axis: null, domain: [before, after] },
      fy: { label: null, domain: bins.map(label), tickFormat: (value) => shorten(value), axis: 'left' },
      color: { legend: true, domain: [before, after], range: [colors.main, colors.second] },
      marks: [
        Plot.barX(rows, {
          x: 'share',
          y: 'version',
          fy: 'label',
          fill: 'version',
          title: (row) => `${row.label}\n${row.version}: ${relevo.percent(row.share)}`,
          tip: true,
        }),
        Plot.ruleX([0]),
      ],
    });
  },
};
