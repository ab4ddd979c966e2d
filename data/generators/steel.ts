import { corruptRow } from './corruption.ts';
import { writeLines } from './lines.ts';
import { createNormal, createRandom } from './random.ts';

export interface SteelOptions {
  path: string;
  rows: number;
  seed: number;
  signal?: AbortSignal;
  /** Share of rows that get a wrong, missing or unreadable cell; 0 where absent. */
  corrupt?: number;
}

const header =
  'date,Usage_kWh,Lagging_Current_Reactive.Power_kVarh,Leading_Current_Reactive_Power_kVarh,CO2(tCO2),' +
  'Lagging_Current_Power_Factor,Leading_Current_Power_Factor,NSM,WeekStatus,Day_of_week,Load_Type';
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const stepSeconds = 900;
const start = Date.UTC(2018, 0, 1) / 1000;
const co2PerKwh = 0.4584e-3;

/**
 * Quarter-hours of a steel plant's meter from 1 January 2018 on, as CSV text with the columns and habits of UCI 851: the
 * 00:00 that closes a day carries that day's date. Lagging and leading reactive energy follow from one active energy,
 * P = Q·PF/√(1−PF²), and every reading is rounded to two places as the meter does. Synthetic: no plant measured it.
 */
export async function generateSteel(options: SteelOptions): Promise<void> {
  await writeLines(options.path, header, steelLines(options), options.signal);
}

function* steelLines({ rows, seed, corrupt }: SteelOptions): Generator<string> {
  const plant = createPlant(seed);
  const dirt = createRandom(seed ^ 0x5bd1e995);
  for (let row = 0; row < rows; row++) {
    const cells = plant(row);
    if (corrupt && dirt() < corrupt) corruptRow(cells, dirt);
    yield cells.join(',');
  }
}

/** The plant's state from one quarter-hour to the next, and its row. */
function createPlant(seed: number): (row: number) => string[] {
  const random = createRandom(seed);
  const normal = createNormal(random);
  let drift = 0;
  return (row) => {
    const end = start + (row + 1) * stepSeconds;
    const begin = new Date((end - stepSeconds) * 1000);
    const hour = begin.getUTCHours() + begin.getUTCMinutes() / 60;
    const day = begin.getUTCDay();
    drift = 0.9 * drift + 0.25 * normal();
    const working = isWorking(day, hour);
    const usage = working ? Math.max(4, 62 + 28 * drift + 8 * normal()) : Math.max(2.4, 3.6 + 0.5 * normal());
    const { lagging, leading } = reactive(usage, working, random, normal);
    return cellsOf(end, begin, { usage, lagging, leading, load: loadType(day, hour) });
  };
}

const isWorking = (day: number, hour: number): boolean =>
  day >= 1 && day <= 5 ? hour >= 8 && hour < 21 : day === 6 && hour >= 8 && hour < 13;

function loadType(day: number, hour: number): string {
  if (day === 0 || hour < 9 || hour >= 23) return 'Light_Load';
  const peak = (hour >= 10 && hour < 12) || (hour >= 13 && hour < 17);
  return peak && day !== 6 ? 'Maximum_Load' : 'Medium_Load';
}

/** Idle transformers draw lagging or, behind capacitors, leading current; a working plant mostly lags. */
function reactive(usage: number, working: boolean, random: () => number, normal: () => number) {
  const kind = random();
  const share = Math.abs((working ? 0.35 : 0.8) + 0.15 * normal());
  if (kind < 0.68) return { lagging: usage * share, leading: 0 };
  if (kind < 0.88) return { lagging: 0, leading: usage * share };
  return { lagging: usage * share * 0.2 * random(), leading: usage * share * 0.2 * random() };
}

interface Energies {
  usage: number;
  lagging: number;
  leading: number;
  load: string;
}

function cellsOf(end: number, begin: Date, { usage, lagging, leading, load }: Energies): string[] {
  const secondOfDay = end % 86_400;
  const date = `${two(begin.getUTCDate())}/${two(begin.getUTCMonth() + 1)}/${begin.getUTCFullYear()}`;
  const clock = `${two(Math.floor(secondOfDay / 3600))}:${two(Math.floor((secondOfDay % 3600) / 60))}`;
  const day = begin.getUTCDay();
  return [
    `${date} ${clock}`,
    reading(usage),
    reading(lagging),
    reading(leading),
    reading(co2PerKwh * usage),
    reading(powerFactor(usage, lagging)),
    reading(powerFactor(usage, leading)),
    String(secondOfDay),
    day === 0 || day === 6 ? 'Weekend' : 'Weekday',
    weekdays[day],
    load,
  ];
}

const powerFactor = (active: number, reactiveEnergy: number): number =>
  (100 * active) / Math.hypot(active, reactiveEnergy);
const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** A reading to two places, written as the meter's export does: `4.0`, `3.17`. */
function reading(value: number): string {
  const text = String(Math.round(value * 100) / 100);
  return text.includes('.') ? text : `${text}.0`;
}
