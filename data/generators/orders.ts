import { rm } from 'node:fs/promises';
import { openDuckDb, quoteText } from '../duckdb.ts';
import {
  channelProbabilities,
  channels,
  freshPast,
  type Order,
  type Past,
  remember,
} from './channel-choice.ts';
import type { GeneratorInput } from './index.ts';
import { writeLines } from './lines.ts';
import { createNormal, createRandom, draw, pick } from './random.ts';

/** Of a million and a quarter orders, 149,960 clients. */
const clientsPerOrder = 149_960 / 1_250_000;
/** A past, and an order to foretell. */
const fewestOrders = 2;
const segments = ['KIOSCO', 'ALMACEN', 'RESTAURANTE', 'MAYORISTA'] as const;
const categories = [
  'BEBIDAS',
  'LACTEOS',
  'SNACKS',
  'LIMPIEZA',
  'PANADERIA',
  'CONGELADOS',
  'DULCES',
  'CUIDADO',
];
const regions = 8;
const start = Date.UTC(2024, 0, 1) / 1000;
const days = 730;
const daySeconds = 86_400;

export interface Client {
  id: number;
  segment: (typeof segments)[number];
  region: number;
  ownerAge: number;
  distanceKm: number;
  orders: number;
}

const tables: Record<
  string,
  { header: string; select: string; lines(rows: number, seed: number): Iterable<string> }
> = {
  orders: {
    header: 'client_id,ordered_at,channel,amount_cents,items,category,discount_percent,late',
    select:
      'row_number() OVER (ORDER BY ordered_at, client_id) AS order_id, client_id::INTEGER AS client_id, ' +
      'make_timestamp(ordered_at * 1000000) AS ordered_at, channel, amount_cents::INTEGER AS amount_cents, ' +
      'items::INTEGER AS items, category, discount_percent::INTEGER AS discount_percent, late::BOOLEAN AS late',
    lines: orderLines,
  },
  clients: {
    header: 'client_id,segment,region,owner_age,distance_m',
    select: 'client_id::INTEGER AS client_id, segment, region::INTEGER AS region, owner_age, distance_m',
    lines: clientLines,
  },
  truth: {
    header: 'client_id,channel,digital,telefono,vendedor',
    select: 'client_id::INTEGER AS client_id, channel, digital, telefono, vendedor',
    lines: truthLines,
  },
};

/**
 * Orders of a wholesaler's clients over two years: who ordered what, when and through which channel; `rows` counts the
 * orders, an eighth as many clients make them. The tables are `orders`, `clients`, and `truth`: the probabilities that
 * each client's last channel was drawn with (`channelProbabilities`), which no model may see, so that the best possible
 * log-loss is known. Written to Parquet, orders by time.
 */
export async function generateOrders({ path, rows, seed, table, signal }: GeneratorInput): Promise<void> {
  const { header, select, lines } = tables[table ?? 'orders'];
  const text = `${path}.csv`;
  const tempDir = `${path}.spill`;
  await writeLines(text, header, lines(rows, seed), signal);
  const db = await openDuckDb({ tempDir, signal });
  try {
    const ordered = `SELECT ${select} FROM read_csv(${quoteText(text)}, header = true) ORDER BY 1`;
    await db.run(`COPY (${ordered}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    db.close();
    await rm(text, { force: true });
    await rm(tempDir, { recursive: true, force: true });
  }
}

function* clientLines(rows: number, seed: number): Generator<string> {
  for (const { id, segment, region, ownerAge, distanceKm } of clientsOf(rows, seed))
    yield [id, segment, region, ownerAge, Math.round(1000 * distanceKm)].join(',');
}

function* orderLines(rows: number, seed: number): Generator<string> {
  for (const client of clientsOf(rows, seed))
    for (const { order } of historyOf(client, seed))
      yield [
        client.id,
        order.at,
        channels[order.channel],
        order.amountCents,
        order.items,
        order.category,
        order.discountPercent,
        order.late,
      ].join(',');
}

function* truthLines(rows: number, seed: number): Generator<string> {
  for (const client of clientsOf(rows, seed)) {
    let last = '';
    for (const { order, probabilities } of historyOf(client, seed))
      last = [client.id, channels[order.channel], ...probabilities].join(',');
    yield last;
  }
}

/** Few clients order often: how many orders each has follows a log-normal weight, and adds up to `rows`. */
function* clientsOf(rows: number, seed: number): Generator<Client> {
  const count = Math.max(1, Math.round(rows * clientsPerOrder));
  const random = createRandom(seed);
  const normal = createNormal(random);
  const weights = Float64Array.from({ length: count }, () => Math.exp(0.7 * normal()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = Math.max(0, rows - fewestOrders * count);
  let before = 0;
  for (const [index, weight] of weights.entries()) {
    const from = Math.round((spare * before) / total);
    before += weight;
    const more = index === count - 1 ? spare - from : Math.round((spare * before) / total) - from;
    yield {
      id: index + 1,
      segment: segments[draw([0.35, 0.33, 0.22, 0.1], random)],
      region: 1 + Math.floor(random() * regions),
      ownerAge: Math.round(Math.min(80, Math.max(19, 46 + 13 * normal()))),
      distanceKm: Math.round(10 * Math.min(150, Math.exp(2.6 + 0.8 * normal()))) / 10,
      orders: fewestOrders + more,
    };
  }
}

/** A client's orders in time, each with the probabilities of the channels that it was drawn from. */
function* historyOf(
  client: Client,
  seed: number,
): Generator<{ order: Order; probabilities: readonly number[] }> {
  const random = createRandom(seed ^ Math.imul(client.id, 0x9e3779b1));
  const normal = createNormal(random);
  const typicalAmount = 4 + 0.6 * segments.indexOf(client.segment) + 0.5 * normal();
  const nightOwl = random() ** 2;
  const gapDays = (days * (0.5 + 0.45 * random())) / client.orders;
  let day = random() * (days - gapDays * client.orders);
  let past: Past = freshPast;
  for (let k = 0; k < client.orders; k++) {
    const probabilities = channelProbabilities(client, past);
    const channel = draw(probabilities, random);
    const secondOfDay = (random() < nightOwl ? 20 : 8) * 3600 + Math.floor(random() * 4 * 3600);
    const items = 1 + Math.floor(Math.exp(1.6 + 0.6 * normal()));
    const order: Order = {
      at: start + Math.floor(day) * daySeconds + secondOfDay,
      channel,
      amountCents: Math.round(100 * items * Math.exp(typicalAmount - 2 + 0.25 * normal())),
      items,
      category: pick(categories, random),
      discountPercent: random() < 0.25 ? 5 + Math.floor(16 * random()) : 0,
      late: random() < 0.08 + client.distanceKm / 400,
    };
    yield { order, probabilities };
    past = remember(past, order);
    day += Math.max(1, gapDays * (0.4 + 1.2 * random()));
  }
}
