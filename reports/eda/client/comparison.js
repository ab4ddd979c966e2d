/* The page of two dataset versions. */
{
  const { comparison, names } = relevo.data;
  let change = comparison.columns[0];
  const draw = relevo.figure('change', (width) => relevo.charts.change(change, names, width));
  const table = document.getElementById('changes');
  if (table)
    relevo.choosable(table, (name) => {
      change = comparison.columns.find((column) => column.name === name);
      document.getElementById('column-name').textContent = name;
      draw();
    });
}
