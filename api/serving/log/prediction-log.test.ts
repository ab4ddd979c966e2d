import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { logPolicySchema } from '../../../contracts/predictions.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import type { Spool } from '../../spool/spool.ts';
import { createIdMaker } from '../ids.ts';
import type { LogEntry } from './entry.ts';
import { createPredictionLog, type LogOutcome, type PredictionLogOptions } from './prediction-log.ts';

const newId = createIdMaker();
let counts: Record<string, number>;
let copied: PredictionBatch[];
/** Ids of the first rows. */
let spooled: string[];
/** Lets the database take what it was given. */
let openDatabase: () => void;

/** A log whose database takes nothing until it is opened, and whose disk has room for all. */
function createLog(bounds: Pick<PredictionLogOptions, 'maxRows' | 'maxBytes'>) {
  const opened = new Promise<void>((resolve) => {
    openDatabase = resolve;
  });
  const spool: Pick<Spool, 'put' | 'oldest' | 'bytes' | 'files'> = {
    async put(id) {
      spooled.push(id);
      return true;
    },
    oldest: async () => undefined,
    ...{ bytes: 0, files: 0 },
  };
  return createPredictionLog({
    ...{ ...bounds, lingerMs: 1, copyTimeoutMs: 60_000, log: pino({ level: 'silent' }) },
    async copy(batch) {
      await opened;
      copied.push(batch);
    },
    spool: spool as Spool,
    policyOf: () => logPolicySchema.parse({}),
    counted(outcome: LogOutcome, rows: number) {
      counts[outcome] = (counts[outcome] ?? 0) + rows;
    },
  });
}
const entry = (rows: number, bytes: number, text = ''): LogEntry => ({
  ...{ pipeline: 'pump', version: '1.0.0', latencyUs: 1, bytes },
  ids: Array.from({ length: rows }, newId),
  rows: Array.from({ length: rows }, () => ({ zFlow: 1.5, text })),
  said: { answers: { values: new Float64Array(rows), width: 1 }, start: 0 },
});
const batch = (bytes: number): PredictionBatch => ({
  ...{ data: Buffer.alloc(bytes), rows: 1, first: newId(), last: newId() },
});

beforeEach(() => {
  [counts, copied, spooled] = [{}, [], []];
});

describe('the prediction log in memory', () => {
  it('is bounded by bytes, whatever they are of: what is beyond is dropped and counted', async () => {
    const log = createLog({ maxBytes: 1_000 });
    // Under way, so that nothing else is taken.
    log.addBatch(batch(1));
    expect(log.state.queuedBytes).toBe(0);
    log.add(entry(2, 600));
    log.addBatch(batch(300));
    log.add(entry(3, 200));
    log.addBatch(batch(101));
    expect(counts).toEqual({ dropped: 4 });
    expect(log.state).toMatchObject({ queuedRows: 3, queuedBytes: 900 });
    log.add(entry(1, 100));
    openDatabase();
    await log.close();
    expect(counts.dropped).toBe(4);
    expect(log.state).toMatchObject({ queuedRows: 0, queuedBytes: 0 });
  });

  it('is bounded by rows, however small', async () => {
    const log = createLog({ maxRows: 10 });
    log.add(entry(8, 1));
    log.add(entry(3, 1));
    expect([counts, log.state.queuedRows]).toEqual([{ dropped: 3 }, 8]);
    openDatabase();
    await log.close();
  });

  it('goes to disk while more than half of its bytes wait, and to the database else', async () => {
    const log = createLog({ maxBytes: 1_000 });
    log.addBatch(batch(100));
    expect(log.state.queuedRows).toBe(0);
    for (let i = 0; i < 9; i++) log.addBatch(batch(100));
    openDatabase();
    await log.close();
    expect([copied.length, spooled.length]).toEqual([1 + 5, 4]);
    expect(counts).toEqual({ written: 6, spooled: 4 });
  });

  it('writes large rows in small batches', async () => {
    const log = createLog({});
    log.add(entry(20, 20 * 1024 * 1024, 'x'.repeat(1024 * 1024 - 1_000)));
    openDatabase();
    await log.close();
    expect(copied.map(({ rows }) => rows)).toEqual([4, 4, 4, 4, 4]);
  });
});
