import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { type CatchUp, createCatchUp } from './catch-up.ts';
import { openSpool, type Spool } from './spool.ts';

let folder: string;
let spool: Spool;
let catchUp: CatchUp;
let delivered: string[];
let counts: Record<string, number>;
/** What the database answers next, the last one from then on; undefined where it takes what it is given. */
let answers: (Error | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-catch-up-'));
  spool = await openSpool(folder, { suffix: '.x', maxBytes: 1e6 });
  [delivered, counts, answers] = [[], {}, [undefined]];
  catchUp = createCatchUp({
    ...{ spool, log: pino({ level: 'silent' }), retryMs: { first: 1, longest: 2 } },
    async deliver(data) {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer !== undefined) throw answer;
      return delivered.push(data.toString());
    },
    counted(outcome, records) {
      counts[outcome] = (counts[outcome] ?? 0) + records;
    },
  });
  for (const id of ['1', '2', '3']) await spool.put(id, Buffer.from(id));
});
afterEach(async () => {
  await catchUp.close();
  await rm(folder, { recursive: true, force: true });
});

const away = new RelevoError('DATABASE_UNAVAILABLE', 'away');

it('brings everything home in its order, however often the database is away in between', async () => {
  answers = [away, undefined, away, new RelevoError('INTERNAL', 'no room just now'), undefined];
  catchUp.begin();
  await expect.poll(() => spool.files).toBe(0);
  expect(delivered).toEqual(['1', '2', '3']);
});

it.each([
  ['cut off', new RangeError('cut off')],
  ['not to be mended by trying again', new RelevoError('REQUEST_UNPROCESSABLE', 'no')],
])('puts aside what is %s, and goes on with the next', async (_, error) => {
  answers = [error, undefined];
  catchUp.begin();
  await expect.poll(() => spool.files).toBe(0);
  expect([delivered, counts.refused]).toEqual([['2', '3'], 1]);
  expect((await readdir(folder)).filter((name) => name.endsWith('.refused'))).toEqual(['1.x.refused']);
});
