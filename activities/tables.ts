import { open } from 'node:fs/promises';

const linesPerWrite = 5_000;

/** Writes columns of numbers as a CSV file with shortest exact decimals, a few thousand lines at a time. */
export async function writeNumbersCsv(
  path: string,
  columns: Record<string, ArrayLike<number>>,
): Promise<void> {
  const names = Object.keys(columns);
  const series = Object.values(columns);
  const rows = series[0]?.length ?? 0;
  const file = await open(path, 'w');
  try {
    await file.write(`${names.join(',')}\n`);
    for (let start = 0; start < rows; start += linesPerWrite) {
      const lines: string[] = [];
      for (let row = start; row < Math.min(start + linesPerWrite, rows); row++)
        lines.push(series.map((values) => String(values[row])).join(','));
      await file.write(`${lines.join('\n')}\n`);
    }
  } finally {
    await file.close();
  }
}
