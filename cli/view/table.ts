import { expandTabs, truncate, widthOf } from './width.ts';

export interface TableColumn {
  title: string;
  align?: 'left' | 'right';
  /** Colours a padded cell; applied last, so that it never counts as width. */
  style?(cell: string): string;
}

export interface TableOptions {
  /** Columns of the terminal; without it (a file, a pipe) nothing is cut. */
  width?: number;
  /** Every column starts at a multiple of it. */
  tabWidth?: number;
  styleTitle?(cell: string): string;
}

const defaultTabWidth = 4;
const narrowest = 6;
const leastGap = 2;

/** The widths of columns, each with its gap, rounded up to the next tab stop; the last has no gap. */
function fittingWidths(natural: number[], tabWidth: number, available: number | undefined): number[] {
  const toStop = (width: number): number => Math.ceil((width + leastGap) / tabWidth) * tabWidth;
  const slots = natural.map((width, i) => (i === natural.length - 1 ? width : toStop(width)));
  if (available === undefined) return slots;
  let excess = slots.reduce((sum, slot) => sum + slot, 0) - available;
  while (excess > 0) {
    const widest = slots.indexOf(Math.max(...slots));
    if (slots[widest] <= Math.max(narrowest, tabWidth)) break;
    const step = widest === slots.length - 1 ? 1 : tabWidth;
    slots[widest] -= step;
    excess -= step;
  }
  return slots;
}

/**
 * Lines of an aligned table: columns start at tab stops, numbers stand right, cells are cut to a terminal's width.
 * Cells are plain text; a missing cell is empty.
 */
export function tableLines(columns: TableColumn[], rows: string[][], options: TableOptions = {}): string[] {
  const tabWidth = options.tabWidth ?? defaultTabWidth;
  const cells = rows.map((row) => columns.map((_, i) => expandTabs(row[i] ?? '', tabWidth)));
  const natural = columns.map(({ title }, i) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[i]))),
  );
  const slots = fittingWidths(natural, tabWidth, options.width);

  const line = (row: string[], style: (cell: string, column: TableColumn) => string): string =>
    row
      .map((cell, i) => {
        const last = i === row.length - 1;
        const room = last ? slots[i] : slots[i] - leastGap;
        const fitted = truncate(cell, room);
        const padding = ' '.repeat(Math.min(natural[i], room) - widthOf(fitted));
        const gap = last ? '' : ' '.repeat(slots[i] - Math.min(natural[i], room));
        const aligned = columns[i].align === 'right' ? padding + fitted : fitted + padding;
        return style(aligned, columns[i]) + gap;
      })
      .join('')
      .trimEnd();

  const styleTitle = options.styleTitle ?? ((cell: string) => cell);
  return [
    line(
      columns.map(({ title }) => title),
      styleTitle,
    ),
    ...cells.map((row) => line(row, (cell, column) => column.style?.(cell) ?? cell)),
  ];
}
