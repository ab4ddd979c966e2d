import { join } from 'node:path';
import type { Frame } from '../../../contracts/frame.ts';
import { classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import { openDuckDb, quoteText } from '../../../data/duckdb.ts';
import { generate } from '../../../data/generators/index.ts';
import type { Predictions } from '../../../models/evaluation/predictions.ts';
import { positionsOf } from '../../../models/training/prepare.ts';

/**
 * The probabilities that the generator drew each client's last channel with, for rows of the frame, in their order:
 * what a model would say that knew all there is to know. Made from the same rows and seed as the orders.
 */
export async function trueProbabilities(
  spec: PipelineSpec,
  frame: Frame,
  rowIds: ArrayLike<number>,
  folder: string,
): Promise<Predictions> {
  const path = join(folder, 'truth.parquet');
  const { rows, seed } = generatorOf(spec);
  await generate('orders', { path, rows, seed, table: 'truth', format: 'parquet' });
  const known = await readTruth(path);
  const clients = frame.columns.client_id;
  const channels = frame.columns[spec.target];
  if (clients.kind !== 'number' || channels.kind !== 'text')
    throw new TypeError('clients and channels are not what they should be');
  const classes = classesOf(spec);
  const values = new Float64Array(rowIds.length * classes.length);
  positionsOf(frame, rowIds).forEach((position, row) => {
    const truth = known.get(clients.values[position]);
    if (truth === undefined || truth.channel !== channels.dictionary[channels.codes[position]])
      throw new Error(`client ${clients.values[position]} did not order so in the generator's truth`);
    values.set(truth.probabilities, row * classes.length);
  });
  return { values, outputs: classes.length };
}

function generatorOf({ sources }: PipelineSpec): { rows: number; seed: number } {
  const { synthetic } = sources;
  const found = synthetic.kind === 'tables' ? synthetic.tables.orders.locations : [];
  for (const location of found)
    if (location.kind === 'generator') return { rows: location.rows, seed: location.seed };
  throw new Error('the orders are not made by a generator');
}

interface Truth {
  channel: string;
  probabilities: number[];
}

async function readTruth(path: string): Promise<Map<number, Truth>> {
  const db = await openDuckDb();
  const known = new Map<number, Truth>();
  try {
    const sql = `SELECT client_id, channel, digital, telefono, vendedor FROM ${quoteText(path)}`;
    for await (const [clients, channels, ...shares] of db.columns(sql))
      clients.forEach((client, row) => {
        const probabilities = shares.map((column) => Number(column[row]));
        known.set(Number(client), { channel: String(channels[row]), probabilities });
      });
  } finally {
    db.close();
  }
  return known;
}
