import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../../contracts/errors.ts';
import type { NewAuditEvent } from '../../../registry/access/types.ts';
import { createIdMaker } from '../../serving/ids.ts';
import { openSpool } from '../../spool/spool.ts';
import { type AuditLog, createAuditLog } from './audit-log.ts';

type Database = 'there' | 'away' | 'silent' | 'refusing';

let folder: string;
let database: Database;
/** What the database holds, in its order: a key is there once. */
let held: Map<string, NewAuditEvent>;
let counts: Record<string, number>;
let errors: string[];
let audit: AuditLog;

const change = (target: string): NewAuditEvent => ({
  ...{ actor: 'user:ana', action: 'POST /x', target, outcome: 'done', status: 200 },
  ...{ input: { reason: 'relining' }, before: undefined },
});
const targets = (): string[] => [...held.values()].map(({ target }) => target);

async function openLog(maxBytes = 1e6): Promise<AuditLog> {
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  return createAuditLog({
    registry: {
      async add(event) {
        if (database === 'away') throw new RelevoError('DATABASE_UNAVAILABLE', 'away');
        if (database === 'refusing') throw new RelevoError('REQUEST_UNPROCESSABLE', 'no');
        if (!held.has(event.eventKey ?? '')) held.set(event.eventKey ?? '', event);
        // It was written, and nobody hears of it.
        if (database === 'silent') await new Promise(() => {});
      },
    },
    ...{ spool: await openSpool(folder, { suffix: '.audit1', maxBytes }), log, newId: createIdMaker() },
    ...{ timeoutMs: 20, retryMs: { first: 1, longest: 5 } },
    counted(outcome, records) {
      counts[outcome] = (counts[outcome] ?? 0) + records;
    },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-audit-'));
  [database, held, counts, errors] = ['there', new Map(), {}, []];
  audit = await openLog();
});
afterEach(async () => {
  await audit.close();
  await rm(folder, { recursive: true, force: true });
});

describe('records of changes', () => {
  it('go to disk while the database is away, and come home in their order, before those after them', async () => {
    await audit.add(change('1'));
    database = 'away';
    for (const target of ['2', '3']) await audit.add(change(target));
    expect(audit.state.spooledRecords).toBe(2);
    expect(audit.state.spooledBytes).toBeGreaterThan(100);
    database = 'there';
    await audit.add(change('4'));
    await expect.poll(() => audit.state.spooledRecords).toBe(0);
    await audit.add(change('5'));
    expect(targets()).toEqual(['1', '2', '3', '4', '5']);
    expect(counts).toEqual({ written: 2, spooled: 3, 'caught-up': 3 });
    expect(errors).toEqual([]);
  });

  it('are as they were, with the time at which they were', async () => {
    const startedAt = new Date().toISOString();
    database = 'away';
    await audit.add(change('1'));
    const endedAt = new Date().toISOString();
    database = 'there';
    await expect.poll(() => held.size).toBe(1);
    const [{ eventKey, at = '', ...event }] = held.values();
    expect(event).toEqual(JSON.parse(JSON.stringify(change('1'))));
    expect([startedAt, at, endedAt]).toEqual([startedAt, at, endedAt].sort());
    expect(eventKey).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are there once though nobody heard that they were written', async () => {
    database = 'silent';
    await audit.add(change('1'));
    expect([held.size, audit.state.spooledRecords]).toEqual([1, 1]);
    database = 'there';
    await expect.poll(() => audit.state.spooledRecords).toBe(0);
    expect(held.size).toBe(1);
  });

  it('wait for the next process where this one ends', async () => {
    database = 'away';
    await audit.add(change('1'));
    await audit.close();
    database = 'there';
    audit = await openLog();
    await expect.poll(targets).toEqual(['1']);
    expect(await readdir(folder)).toEqual(['tmp']);
  });

  it('are put aside where the database refuses them or the disk has spoilt them', async () => {
    await writeFile(join(folder, '0.audit1'), '{"actor":');
    database = 'refusing';
    audit = await openLog();
    await audit.add(change('1'));
    await expect.poll(() => counts.refused).toBe(2);
    expect((await readdir(folder)).filter((name) => name.endsWith('.refused'))).toHaveLength(2);
    database = 'there';
    await audit.add(change('2'));
    expect(targets()).toEqual(['2']);
  });

  it('are in the error log where neither database nor disk takes them', async () => {
    database = 'away';
    await audit.close();
    audit = await openLog(10);
    await audit.add(change('/v1/keys'));
    expect(counts).toEqual({ lost: 1 });
    expect(errors.join('')).toContain('"target":"/v1/keys"');
  });
});
