import type { GeneratorInput } from './index.ts';
import { writeLines } from './lines.ts';
import { createNormal, createRandom, draw } from './random.ts';

const header =
  'Administrative;Administrative_Duration;Informational;Informational_Duration;ProductRelated;ProductRelated_Duration;' +
  'BounceRates;ExitRates;PageValues;SpecialDay;Month;OperatingSystems;Browser;Region;TrafficType;VisitorType;Weekend;Revenue';
const months = ['Feb', 'Mar', 'May', 'June', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const monthShares = [0.015, 0.155, 0.27, 0.023, 0.035, 0.035, 0.036, 0.045, 0.246, 0.14];
const kinds = [2, 1, 3, 4, 13, 10, 6, 8];
const kindShares = [0.33, 0.21, 0.17, 0.09, 0.06, 0.05, 0.05, 0.04];

/**
 * Sessions of an online shop with the columns of UCI 468, as CSV text with semicolons: the kind of traffic goes with
 * the month, the system, new visitors and how long they stay. Synthetic: nobody visited this shop.
 */
export async function generateShoppers({ path, rows, seed, signal }: GeneratorInput): Promise<void> {
  await writeLines(path, header, sessions(rows, seed), signal);
}

function* sessions(rows: number, seed: number): Generator<string> {
  const random = createRandom(seed);
  const normal = createNormal(random);
  for (let row = 0; row < rows; row++) {
    const month = draw(monthShares, random);
    const system = 1 + draw([0.21, 0.53, 0.21, 0.05], random);
    const isNew = random() < 0.14;
    const kind = draw(trafficShares(month, system, isNew), random);
    yield cellsOf({ month, system, isNew, kind }, random, normal).join(';');
  }
}

/** The commonest kind is new visitors' at the end of the year, the second that of the first system, the third of spring. */
function trafficShares(month: number, system: number, isNew: boolean): number[] {
  const pulls = [
    (month >= 7 ? 0.5 : 0) + (isNew ? 0.8 : 0),
    system === 1 ? 0.9 : 0,
    month <= 2 ? 0.8 : 0,
    system === 3 ? 0.6 : 0,
  ];
  const raised = kindShares.map((share, k) => share * Math.exp(pulls[k] ?? 0));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return raised.map((value) => value / total);
}

interface Session {
  month: number;
  system: number;
  isNew: boolean;
  kind: number;
}

function cellsOf(
  { month, system, isNew, kind }: Session,
  random: () => number,
  normal: () => number,
): (string | number)[] {
  const pages = Math.max(1, Math.round(Math.exp(2.8 + 0.1 * (kind === 1 ? -4 : kind) + normal())));
  const administrative = Math.floor(5 * random() ** 2);
  const informational = random() < 0.2 ? 1 + Math.floor(3 * random()) : 0;
  const bounce = random() < 0.35 ? 0 : Math.min(0.2, Math.exp(-4.3 + normal()) * (kind === 2 ? 1.8 : 1));
  const buys = random() < (isNew ? 0.24 : 0.14);
  return [
    administrative,
    (administrative * Math.exp(3.3 + 0.6 * normal())).toFixed(4),
    informational,
    (informational * Math.exp(3.8 + 0.7 * normal())).toFixed(4),
    pages,
    (pages * Math.exp(3.4 + 0.5 * normal())).toFixed(4),
    bounce.toFixed(9),
    Math.min(0.2, bounce + 0.02 * random()).toFixed(9),
    buys ? Math.exp(2.8 + 0.8 * normal()).toFixed(6) : 0,
    months[month] === 'May' && random() < 0.3 ? [0.2, 0.4, 0.6, 0.8, 1][Math.floor(5 * random())] : 0,
    months[month],
    system,
    system === 1 ? 1 : draw([0.1, 0.75, 0.05, 0.1], random) + 1,
    1 + draw([0.39, 0.09, 0.2, 0.1, 0.03, 0.07, 0.06, 0.03, 0.03], random),
    kinds[kind],
    isNew ? 'New_Visitor' : 'Returning_Visitor',
    random() < 0.23 ? 'TRUE' : 'FALSE',
    buys ? 'TRUE' : 'FALSE',
  ];
}
