import { makeColumns } from './columns.ts';
import { askEvidently } from './evidently.ts';
import { calm, checkOf, comparison, policy } from './scenarios.ts';

export interface FalseAlarmsResult {
  level: number;
  scenarios: {
    name: string;
    columns: number;
    runs: number;
    /** Share of checks that called any column drifted. */
    alarms: number;
    /** Share of checks whose smallest p-value, corrected over columns, neighbours and n alone, is at most the level. */
    significant: number;
    /** Share of checks that had too few rows that say something of their own. */
    insufficient: number;
    evidently: { runs: number; anyColumn: number; halfOfColumns: number };
  }[];
  /** One pipeline, checked again and again against one reference. */
  inARow: { checks: number; alarms: number };
}

/** How often the whole check alarms where nothing has moved, and how often Evidently's preset does. */
export async function measureFalseAlarms(runs: number, peerRuns: number): Promise<FalseAlarmsResult> {
  const scenarios: FalseAlarmsResult['scenarios'] = [];
  for (const { name, shape } of calm) {
    const found = { alarms: 0, significant: 0, insufficient: 0 };
    for (let seed = 1; seed <= runs; seed++) {
      const { verdict, columns } = await checkOf(comparison(shape, seed), shape.current);
      found.alarms += Number(verdict === 'drift');
      found.insufficient += Number(verdict === 'insufficient_data');
      found.significant += Number(
        columns.some(({ adjustedPValue }) => (adjustedPValue ?? 1) <= policy.level),
      );
    }
    const { drifted } = await askEvidently(
      shape,
      Array.from({ length: peerRuns }, (_, i) => makeColumns(shape, i + 1)),
    );
    const columns = shape.numbers + shape.categories;
    const shareOf = (count: number) => count / runs;
    scenarios.push({
      name,
      columns,
      runs,
      alarms: shareOf(found.alarms),
      significant: shareOf(found.significant),
      insufficient: shareOf(found.insufficient),
      evidently: {
        runs: peerRuns,
        anyColumn: drifted.filter((count) => count > 0).length / peerRuns,
        halfOfColumns: drifted.filter((count) => 2 * count >= columns).length / peerRuns,
      },
    });
  }
  return { level: policy.level, scenarios, inARow: await checkInARow(runs) };
}

/** New rows every time, one reference, each check with the memory of those before. */
async function checkInARow(checks: number): Promise<FalseAlarmsResult['inARow']> {
  const { shape } = calm[0];
  const reference = makeColumns(shape, 0);
  let memory: { history: Record<string, boolean[]>; online?: unknown } = { history: {} };
  let alarms = 0;
  for (let seed = 1; seed <= checks; seed++) {
    const now = makeColumns(shape, seed);
    const columns = reference.map((pair, i) => ({ ...pair, current: now[i].current }));
    const result = await checkOf(columns, shape.current, memory);
    alarms += Number(result.verdict === 'drift');
    memory = result;
  }
  return { checks, alarms };
}
