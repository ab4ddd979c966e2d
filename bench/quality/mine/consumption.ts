import type { Frame } from '../../../contracts/frame.ts';

interface Shares {
  cycles: number;
  /** Litres of diesel over minutes ÷ 60: of all cycles together, not a mean of ratios. */
  litresPerHour: number;
  tonnesPerLitre: number;
}
export interface Consumption extends Shares {
  source: string;
  trucks: number;
  litresPerCycle: { mean: number; p5: number; median: number; p95: number };
  /** By the hour in which a cycle began, 0 to 23, as the plant's clock has it. */
  byHour: (Shares & { hour: number })[];
  /** Ascending by litres an hour; `density` is the share of a truck's cycles in bins of 20 l/h from 100 to 500. */
  byTruck: (Shares & { truck: number; p5: number; median: number; p95: number; density: number[] })[];
}

const [from, to, step] = [100, 500, 20];

function column(frame: Frame, name: string): Float64Array {
  const series = frame.columns[name];
  if (series?.kind !== 'number') throw new Error(`the rows have no numbers "${name}"`);
  return series.values;
}

function quantile(sorted: number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

function densityOf(rates: number[]): number[] {
  const counts = new Array<number>((to - from) / step).fill(0);
  for (const rate of rates) {
    const bin = Math.floor((rate - from) / step);
    if (bin >= 0 && bin < counts.length) counts[bin]++;
  }
  return counts.map((count) => count / rates.length);
}

/** What the trucks burn: a cycle, an hour, a tonne; by hour of the day and by truck. */
export function consumptionOf(frame: Frame, source: string): Consumption {
  const [litres, minutes, tonnes] = ['litres', 'minutes', 'tonnes'].map((name) => column(frame, name));
  const rates = column(frame, 'litres_per_hour');
  const sum = (values: Float64Array, rows: number[]): number =>
    rows.reduce((total, row) => total + values[row], 0);
  const shares = (rows: number[]): Shares => ({
    cycles: rows.length,
    litresPerHour: sum(litres, rows) / (sum(minutes, rows) / 60),
    tonnesPerLitre: sum(tonnes, rows) / sum(litres, rows),
  });
  const all = [...litres.keys()];
  const groups = (name: string): [number, number[]][] => {
    const keys = column(frame, name);
    const found = new Map<number, number[]>();
    for (const row of all) found.set(keys[row], [...(found.get(keys[row]) ?? []), row]);
    return [...found].sort(([a], [b]) => a - b);
  };
  const ofTruck = ([truck, rows]: [number, number[]]) => {
    const sorted = rows.map((row) => rates[row]).sort((a, b) => a - b);
    const [p5, median, p95] = [0.05, 0.5, 0.95].map((share) => quantile(sorted, share));
    return { truck, ...shares(rows), p5, median, p95, density: densityOf(sorted) };
  };
  const byTruck = groups('truck').map(ofTruck);
  const sorted = [...litres].sort((a, b) => a - b);
  return {
    source,
    trucks: byTruck.length,
    ...shares(all),
    litresPerCycle: {
      mean: sum(litres, all) / all.length,
      p5: quantile(sorted, 0.05),
      median: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
    },
    byHour: groups('hour').map(([hour, rows]) => ({ hour, ...shares(rows) })),
    byTruck: byTruck.sort((a, b) => a.litresPerHour - b.litresPerHour),
  };
}

const blocks = '▁▂▃▄▅▆▇█';
const bars = (shares: number[]): string =>
  shares.map((share) => blocks[Math.min(7, Math.round((7 * share) / Math.max(...shares)))]).join('');

/** The result for people: the three thriftiest trucks and the three thirstiest. */
export function consumptionTable({ byHour, byTruck, litresPerCycle: litres, ...all }: Consumption): string[] {
  const line = ({ truck, litresPerHour, tonnesPerLitre, p5, p95, density }: Consumption['byTruck'][number]) =>
    `  truck ${truck}: ${litresPerHour.toFixed(1)} l/h (5–95 %: ${p5.toFixed(0)}–${p95.toFixed(0)}), ${tonnesPerLitre.toFixed(3)} t/l  ${bars(density)}`;
  return [
    `${all.source}: ${all.cycles} cycles of ${all.trucks} trucks: ${litres.mean.toFixed(1)} l a cycle (median ${litres.median.toFixed(1)}, 5–95 %: ${litres.p5.toFixed(1)}–${litres.p95.toFixed(1)}), ${all.litresPerHour.toFixed(1)} l a truck-hour, ${all.tonnesPerLitre.toFixed(3)} t/l`,
    `l/h by hour of the day: ${byHour.map(({ hour, litresPerHour }) => `${hour}h ${litresPerHour.toFixed(0)}`).join(', ')}`,
    `density by truck, bins of ${step} l/h from ${from} to ${to}:`,
    ...byTruck.slice(0, 3).map(line),
    '  …',
    ...byTruck.slice(-3).map(line),
  ];
}
