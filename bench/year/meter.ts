import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type PipelineSpec, parsePipelineSpec } from '../../contracts/pipeline.ts';
import { generateSteel } from '../../data/generators/steel.ts';
import { pipeline } from '../../pipelines/index.ts';

export const rowsPerDay = 96;
/** Days of rows that the first champion learns from. */
export const warmDays = 21;
export const meterFile = 'meter.csv';
/** From this share of the days on the plant draws more. */
const heavierFrom = 0.4;
const heavier = 1.35;

/** The steel plant's pipeline over one file that grows, with fits that take a second. */
export function meterPipeline(): PipelineSpec {
  const spec = pipeline('steel-energy');
  return parsePipelineSpec({
    ...spec,
    timezone: 'UTC',
    sources: { meter: { kind: 'csv', locations: [{ kind: 'file', path: meterFile }] } },
    candidates: [{ estimator: 'xgboost', params: { rounds: 40, maxDepth: 4 } }],
    promotion: { ...spec.promotion, resamples: 200 },
    // A year's retrains within an hour: what a day may cost, and how long it rests after losses, is not measured here.
    retrain: {
      ...spec.retrain,
      budget: { retrainsPerDay: 100_000, computeMinutesPerDay: 1_000_000 },
      breaker: { failures: 100_000, losses: 100_000, openHours: 24 },
    },
  });
}

/** A quarter-hour's readings with more load: energies and CO2 grow together, power factors stay. */
function withLoad(line: string, times: number): string {
  const cells = line.split(',');
  for (const place of [1, 2, 3, 4]) cells[place] = (times * Number(cells[place])).toFixed(2);
  return cells.join(',');
}

/** The file's header and its lines: so many days after those that the first champion learns from. */
export async function meterLines(folder: string, days: number): Promise<{ header: string; lines: string[] }> {
  const path = join(folder, 'generated.csv');
  const rows = (warmDays + days) * rowsPerDay;
  await generateSteel({ path, rows, seed: 365 });
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await rm(path);
  const from = (warmDays + heavierFrom * days) * rowsPerDay;
  return { header, lines: lines.map((line, at) => (at < from ? line : withLoad(line, heavier))) };
}

/** The rows of some lines as a client sends them. */
export function requestOf(
  spec: PipelineSpec,
  header: string,
  lines: string[],
): Record<string, string | number>[] {
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cellOf = (name: string): string | number => {
      const text = cells[names.indexOf(name)];
      return spec.columns[name].kind === 'number' ? Number(text) : text;
    };
    return Object.fromEntries(spec.inputs.map((name) => [name, cellOf(name)]));
  });
}
