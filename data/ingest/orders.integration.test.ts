import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parsePipelineSpec } from '../../contracts/pipeline.ts';
import type { SourceSpec } from '../../contracts/source.ts';
import { orderChannel } from '../../pipelines/order-channel.ts';
import { openDuckDb, quoteText } from '../duckdb.ts';
import { generate } from '../generators/index.ts';
import { sources } from '../sources/index.ts';
import { readParquet } from './fixture.ts';
import { validateBatch } from './validate.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-orders-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const rows = 20_000;
const seed = 7;

/** The pipeline's own source with fewer orders. */
function smaller(): SourceSpec {
  const spec = structuredClone(orderChannel.sources.synthetic);
  if (spec.kind !== 'tables') throw new Error('the source has tables');
  for (const { locations } of Object.values(spec.tables))
    for (const location of locations)
      if (location.kind === 'generator') Object.assign(location, { rows, seed });
  return spec;
}

async function ingest(folder: string) {
  const context = {
    dataDir: undefined,
    workDir: join(root, folder),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  const source = smaller();
  const batch = await sources.tables.stage(source, undefined, context);
  if (!batch) throw new Error('nothing was staged');
  const input = { spec: orderChannel, source, csvPath: batch.path, knownParts: [], firstRowId: 0 };
  return { batch, source, result: await validateBatch({ ...input, ...context }) };
}

async function table(name: string): Promise<string> {
  const path = join(root, `${name}.parquet`);
  await generate('orders', { path, rows, seed, table: name, format: 'parquet' });
  return path;
}

describe('orders of a wholesaler', () => {
  it('become one good row a client', async () => {
    const { batch, result, source } = await ingest('one');
    const clients = Math.round((rows * 149_960) / 1_250_000);
    expect(batch).toMatchObject({ synthetic: true, next: { rows: clients } });
    expect(result).toMatchObject({ rowsAdded: clients, rowsQuarantined: 0, rowsRepaired: 0, warnings: [] });
    const again = { dataDir: undefined, workDir: join(root, 'again'), signal: AbortSignal.timeout(20_000) };
    expect(await sources.tables.stage(source, batch.next, { ...again, onProgress() {} })).toBeUndefined();
    expect((await ingest('two')).batch.next.prefixSha256).toBe(batch.next.prefixSha256);
  });

  it('what a row says of the past does not know the order that it foretells', async () => {
    const { result } = await ingest('leak');
    const [orders, truth] = [await table('orders'), await table('truth')];
    const db = await openDuckDb();
    try {
      // The last orders are changed beyond recognition: all but the target must stay.
      const from = `read_parquet(${quoteText(orders)})`;
      await db.run(`CREATE TABLE orders AS SELECT * REPLACE (
          CASE WHEN is_last THEN 'VENDEDOR' ELSE channel END AS channel, CASE WHEN is_last THEN 99999999 ELSE amount_cents END AS amount_cents,
          CASE WHEN is_last THEN ordered_at + INTERVAL 900 DAY ELSE ordered_at END AS ordered_at, CASE WHEN is_last THEN NOT late ELSE late END AS late,
          CASE WHEN is_last THEN 'OTRA' ELSE category END AS category, CASE WHEN is_last THEN 7777 ELSE items END AS items)
        FROM (SELECT *, order_id = max(order_id) OVER (PARTITION BY client_id) AS is_last FROM ${from})`);
      await db.run(`CREATE VIEW clients AS SELECT * FROM read_parquet(${quoteText(await table('clients'))})`);
      const source = orderChannel.sources.synthetic;
      const changed = await db.rows(source.kind === 'tables' ? source.sql : '');
      const columns =
        'client_id, orders, digital, last_channel, last_hour, amount_cents, items, categories, tenure_days, late';
      const known = await readParquet(result.parts[0].path, columns);
      expect(
        changed.map((row) => Object.fromEntries(columns.split(', ').map((name) => [name, row[name]]))),
      ).toEqual(known);
      // A retrain takes what comes last for what is new.
      const times = (await readParquet(result.parts[0].path, 'epoch_ms(last_at) AS at')).map(({ at }) =>
        Number(at),
      );
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const last = await db.rows(
        `SELECT client_id, channel FROM read_parquet(${quoteText(truth)}) ORDER BY client_id`,
      );
      const kept = await readParquet(result.parts[0].path, 'client_id, channel');
      expect(kept.toSorted((a, b) => Number(a.client_id) - Number(b.client_id))).toEqual(last);
    } finally {
      db.close();
    }
  });

  it('come from probabilities that add up to 1 and that the channels follow', async () => {
    const truth = quoteText(await table('truth'));
    const p = "CASE channel WHEN 'DIGITAL' THEN digital WHEN 'TELEFONO' THEN telefono ELSE vendedor END";
    const [row] = await readParquet(
      truth.slice(1, -1),
      `max(abs(digital + telefono + vendedor - 1)) AS off, avg(-ln(${p})) AS loss, avg(-(digital * ln(digital) + telefono * ln(telefono) + vendedor * ln(vendedor))) AS entropy, avg((channel = 'VENDEDOR')::INTEGER) - avg(vendedor) AS bias`,
    );
    expect(row.off).toBeLessThan(1e-12);
    expect(Number(row.loss) / Number(row.entropy)).toBeCloseTo(1, 1);
    expect(Math.abs(Number(row.bias))).toBeLessThan(0.03);
  });

  it('the pipeline never names the table of truth', () => {
    expect(JSON.stringify(parsePipelineSpec(orderChannel))).not.toContain('truth');
  });
});
