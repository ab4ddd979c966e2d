import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckDb, quoteText } from '../../data/duckdb.ts';
import { generateSteel } from '../../data/generators/steel.ts';

/** Fifteen numbers of one interval of the steel plant; the target is what it used. */
const features = {
  lagging_kvarh: '"Lagging_Current_Reactive.Power_kVarh"',
  leading_kvarh: '"Leading_Current_Reactive_Power_kVarh"',
  co2_t: '"CO2(tCO2)"',
  lagging_pf: '"Lagging_Current_Power_Factor"',
  leading_pf: '"Leading_Current_Power_Factor"',
  second_of_day: 'NSM',
  day_sine: 'sin(2 * pi() * NSM / 86400)',
  day_cosine: 'cos(2 * pi() * NSM / 86400)',
  weekday: "date_part('isodow', time)",
  month: 'month(time)',
  light_load: "(Load_Type = 'Light_Load')::INTEGER",
  maximum_load: "(Load_Type = 'Maximum_Load')::INTEGER",
  lagging_before_kvarh: 'lag("Lagging_Current_Reactive.Power_kVarh") OVER in_time',
  leading_before_kvarh: 'lag("Leading_Current_Reactive_Power_kVarh") OVER in_time',
  lagging_pf_before: 'lag("Lagging_Current_Power_Factor") OVER in_time',
};

/**
 * Writes the table that both sides learn from: three quarters of a year of quarter-hours, from the real file
 * of RELEVO_DATA where there is one, else from the generator.
 * @returns where the rows come from.
 */
export async function writeTable(
  csvPath: string,
  folder: string,
  dataDir: string | undefined,
): Promise<'real' | 'synthetic'> {
  const real = dataDir && join(dataDir, 'steel', 'steel_energy_original.csv');
  const isReal = real !== undefined && existsSync(real);
  const source = isReal ? real : join(folder, 'steel.csv');
  if (!isReal) await generateSteel({ path: source, rows: 35_040, seed: 1, corrupt: 0 });
  const columns = Object.entries(features).map(([name, sql]) => `${sql} AS ${name}`);
  const db = await openDuckDb();
  try {
    await db.run(`COPY (
      SELECT ${columns.join(', ')}, Usage_kWh AS target
      FROM (SELECT *, strptime("date", '%d/%m/%Y %H:%M') AS time, row_number() OVER () AS row
            FROM read_csv(${quoteText(source)}, types = {'date': 'VARCHAR'}))
      WINDOW in_time AS (ORDER BY row)
      QUALIFY row % 4 <> 0
      ORDER BY row
    ) TO ${quoteText(csvPath)} (HEADER)`);
  } finally {
    db.close();
  }
  return isReal ? 'real' : 'synthetic';
}
