/* The page of one dataset version. */
{
  const { summary, texts, classes } = relevo.data;
  const byName = (items, name, key) => items.find((item) => item[key] === name);

  let column = summary.columns[0];
  const drawColumn = relevo.figure('distribution', (width) => relevo.charts.distribution(column, width));
  const columns = document.getElementById('columns');
  if (columns)
    relevo.choosable(columns, (name) => {
      column = byName(summary.columns, name, 'name');
      document.getElementById('column-name').textContent = name;
      drawColumn();
    });

  const kind = document.getElementById('correlation-kind');
  const drawCorrelation = relevo.figure('correlation', (width) =>
    relevo.charts.heatmap(summary.correlation[kind.value], kind.value !== 'association', width),
  );
  kind?.addEventListener('change', drawCorrelation);

  const feature = document.getElementById('feature');
  const drawAgainst = relevo.figure('against', (width) =>
    relevo.charts.against(byName(summary.againstTarget, feature.value, 'feature'), summary.target, width),
  );
  feature?.addEventListener('change', () => {
    drawAgainst();
    for (const about of document.querySelectorAll('[data-about]'))
      about.hidden = about.dataset.about !== byName(summary.againstTarget, feature.value, 'feature').kind;
  });
  feature?.dispatchEvent(new Event('change'));

  const { time } = summary;
  if (time) {
    const about = { target: summary.target, classes };
    const hours = { label: null, domain: [0, 23], ticks: 12, tickFormat: (hour) => `${hour}:00` };
    const days = {
      label: null,
      domain: [1, 7],
      ticks: 7,
      tickFormat: (day) => texts.weekdays[day - 1] ?? '',
    };
    const draw = (name, points, x) =>
      relevo.figure(name, (width) => relevo.charts.time(points, { ...about, x }, width));
    draw('by-hour', time.byHour, hours);
    draw('by-weekday', time.byWeekday, days);
    draw('series', time.series, { label: null, type: 'utc' });
  }
}
