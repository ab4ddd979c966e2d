import type { GeneratorInput } from './index.ts';
import { writeLines } from './lines.ts';
import { createNormal, createRandom } from './random.ts';

const halfHoursPerDay = 48;
/** From this half-hour on the state trades with its neighbour, as New South Wales did with Victoria. */
const tradeShare = 0.4;

const share = (value: number): number => Math.min(1, Math.max(0, value));

/**
 * Half-hours of an electricity market with the columns of Elec2, as CSV text: a price that follows demand, wanders, and
 * whose level moves with the seasons and with the start of trade; the class is 1 where it lies above the mean of the
 * last day. Synthetic: nobody paid these prices.
 */
export async function generateElectricity({ path, rows, seed, signal }: GeneratorInput): Promise<void> {
  const header = 'period,nswprice,nswdemand,vicprice,vicdemand,transfer,class';
  await writeLines(path, header, halfHours(rows, seed), signal);
}

function* halfHours(rows: number, seed: number): Generator<string> {
  const random = createRandom(seed);
  const normal = createNormal(random);
  const lastDay: number[] = [];
  let wander = 0;
  for (let row = 0; row < rows; row++) {
    const period = row % halfHoursPerDay;
    const year = row / (halfHoursPerDay * 365);
    const isTrading = row > tradeShare * rows;
    const rhythm = 0.5 - 0.35 * Math.cos((2 * Math.PI * (period - 8)) / halfHoursPerDay);
    const demand = share(rhythm + 0.1 * Math.sin(2 * Math.PI * year) + 0.05 * normal());
    wander = 0.95 * wander + 0.004 * normal();
    const price = share(
      0.03 + 0.05 * demand + wander + (isTrading ? 0.015 * Math.sin(4 * Math.PI * year) : 0),
    );
    const usual =
      lastDay.length === 0 ? price : lastDay.reduce((sum, value) => sum + value, 0) / lastDay.length;
    lastDay.push(price);
    if (lastDay.length > halfHoursPerDay) lastDay.shift();
    const vicPrice = isTrading ? share(0.06 * price + 0.0005 * normal()) : 0.003467;
    const vicDemand = isTrading ? share(0.9 * demand + 0.05 * normal()) : 0.422915;
    const transfer = isTrading ? share(0.5 + 0.3 * (vicDemand - demand) + 0.1 * normal()) : 0.414912;
    const cells = [period / (halfHoursPerDay - 1), price, demand, vicPrice, vicDemand, transfer];
    yield [...cells.map((value) => value.toFixed(6)), price > usual ? 1 : 0].join(',');
  }
}
