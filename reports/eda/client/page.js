/* What a reader can do: switch the theme, sort tables, choose what a chart shows. Both pages run it. */
relevo.theme = () => {
  const button = document.getElementById('theme');
  const isDark = () => {
    const { colorScheme } = document.documentElement.style;
    return colorScheme ? colorScheme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  };
  button.addEventListener('click', () => {
    document.documentElement.style.colorScheme = isDark() ? 'light' : 'dark';
  });
};

/** A click on a heading sorts by its column; another one turns the order around. Cells say their number as data. */
relevo.sortable = (table) => {
  const sortKey = (row, column) => {
    const { sort } = row.cells[column].dataset;
    return sort === undefined
      ? row.cells[column].textContent
      : sort === ''
        ? Number.NEGATIVE_INFINITY
        : Number(sort);
  };
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement('button');
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const column = heading.cellIndex;
      const turned = heading.ariaSort === 'descending' ? 'ascending' : 'descending';
      for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
      heading.ariaSort = turned;
      const rows = [...table.tBodies[0].rows].sort((a, b) =>
        d3.ascending(sortKey(a, column), sortKey(b, column)),
      );
      table.tBodies[0].append(...(turned === 'descending' ? rows.reverse() : rows));
    });
  }
};

/** Draws into a figure now, and again whenever its width changes. `draw(width)` gives what to show. */
relevo.figure = (name, draw) => {
  const figure = document.querySelector(`[data-chart="${name}"]`);
  if (!figure) return () => undefined;
  let width = 0;
  const redraw = () => {
    width = figure.clientWidth;
    if (width > 0) figure.replaceChildren(draw(width));
  };
  const follow = () => {
    if (Math.abs(figure.clientWidth - width) > 1) redraw();
  };
  new ResizeObserver(() => requestAnimationFrame(follow)).observe(figure);
  redraw();
  return redraw;
};

/** The rows of a table choose what its chart shows; the first is chosen to begin with. */
relevo.choosable = (table, chosen) => {
  const rows = [...table.tBodies[0].rows];
  const choose = (row) => {
    for (const other of rows) other.ariaSelected = String(other === row);
    chosen(row.dataset.name);
  };
  for (const row of rows) {
    row.tabIndex = 0;
    row.addEventListener('click', () => choose(row));
    row.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') choose(row);
    });
  }
  const first = rows.find((row) => row.dataset.chosen !== undefined) ?? rows[0];
  if (first) choose(first);
};

relevo.theme();
for (const table of document.querySelectorAll('table[data-sortable]')) relevo.sortable(table);
