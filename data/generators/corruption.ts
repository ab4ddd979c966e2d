const unreadable = ['', 'error', '?', 'N/A', 'invalid', 'NULL', 'NAN'];
/** Column positions of the rows of `generateSteel`. */
const usage = 1;
const reactive = [2, 3];
const powerFactors = [5, 6];
const clock = 7;
const co2 = 4;

const multiply = (cell: string, factor: number): string => (Number(cell) * factor).toFixed(2);

/** Spoils one cell the way the dirty file of UCI 851 is spoilt: blanks, words, stray case, readings multiplied or shifted. */
export function corruptRow(cells: string[], random: () => number): void {
  const pick = (positions: number[]): number => positions[Math.floor(random() * positions.length)];
  const kind = random();
  if (kind < 0.35) {
    cells[pick([usage, ...reactive, co2, ...powerFactors, clock])] =
      unreadable[Math.floor(random() * unreadable.length)];
  } else if (kind < 0.5) {
    const at = pick([8, 9, 10]);
    cells[at] = ` ${cells[at].toUpperCase()} `;
  } else if (kind < 0.6) cells[usage] = multiply(cells[usage], 2.5 + 20 * random());
  else if (kind < 0.75) {
    const at = pick(reactive);
    cells[at] =
      random() < 0.5
        ? multiply(cells[at], 2 + 98 * random())
        : (Number(cells[at]) + 100 + 900 * random()).toFixed(2);
  } else if (kind < 0.85) cells[pick(powerFactors)] = (100.5 + 900 * random()).toFixed(2);
  else if (kind < 0.92) cells[co2] = (0.15 + 5 * random()).toFixed(2);
  else cells[clock] = String(Number(cells[clock]) + 100 + Math.floor(900 * random()));
}
