import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../contracts/predictions.ts';
import { dataset, model, spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import { encodePredictions, type LoggedPrediction, readPredictions } from './prediction-batches.ts';
import { idHead, idTail } from './prediction-ids.ts';

let db: TestRegistry;
let client: pg.Client;
let pipeline: string;
let count = 0;

beforeAll(async () => {
  db = await freshRegistry();
  client = new pg.Client(db.url);
  await client.connect();
});
beforeEach(async () => {
  pipeline = `pump-${count++}`;
  await db.registry.pipelines.save(spec(pipeline));
});
afterAll(async () => {
  await client.end();
  await db.drop();
});

let made = 0;
/** An id of version 7 at a moment, unlike all others. */
const idAt = (moment: string): string => idHead(Date.parse(moment)) + idTail(made++, '000000000000');
const row = (moment: string, change: Partial<LoggedPrediction> = {}): LoggedPrediction => ({
  id: idAt(moment),
  pipeline,
  version: '1.0.0',
  inputs: { zFlow: 1.5 },
  answer: { values: [2.5] },
  latencyUs: 140,
  ...change,
});
const copy = async (...rows: LoggedPrediction[]) => {
  await db.registry.predictions.copy(encodePredictions(rows));
  return rows;
};
const counted = async (): Promise<number> => {
  const { rows } = await client.query(
    'select count(*)::int as n from relevo.predictions where pipeline = $1',
    [pipeline],
  );
  return rows[0].n;
};
const noon = '2026-05-31T12:00:00.250Z';

describe('the prediction log', () => {
  test('gives back what was written, whatever characters are in it', async () => {
    const nasty = 'tab\t back\\slash \\N new\nline \r "quoted" \u{1f600} ü';
    const written = row(noon, {
      key: nasty,
      inputs: { text: `${nasty}\0`, missing: null, 'a\tb': 1e-300 },
      answer: { values: [0.25, 0.75], label: 'on\\off', interval: [-1, 2] },
      stage: 'canary',
      others: [{ version: '1.1.0', values: [0.5, 0.5], label: 'a\tb' }],
    });
    await copy(row(noon), written, row(noon));
    expect(await db.registry.predictions.get(pipeline, written.id)).toEqual({
      ...written,
      at: noon,
      outcome: undefined,
    });
    expect(await counted()).toBe(3);
  });

  test('has one table a month, made where rows come, also from last year', async () => {
    await copy(row('2026-02-28T23:59:59.999Z'), row('2026-03-01T00:00:00.000Z'));
    await copy(row('2025-12-31T23:59:59.999Z'));
    const { rows } = await client.query(
      'select c.relname as name from relevo.predictions p join pg_class c on c.oid = p.tableoid where pipeline = $1 order by at',
      [pipeline],
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'predictions_2025_12',
      'predictions_2026_02',
      'predictions_2026_03',
    ]);
    const ahead = await client.query("select to_regclass('relevo.predictions_2026_04') as known");
    expect(ahead.rows[0].known).not.toBeNull();
  });

  test('takes a batch once, however often and from wherever it comes', async () => {
    const batch = encodePredictions(Array.from({ length: 300 }, () => row(noon)));
    const again = readPredictions(Buffer.from(batch.data));
    expect(again).toEqual(batch);
    const other = db.another();
    await Promise.all([
      db.registry.predictions.copy(batch),
      other.predictions.copy(again),
      db.registry.predictions.copy(batch),
    ]);
    await other.predictions.copy(batch);
    expect(await counted()).toBe(300);
  });

  test('refuses a batch that holds rows of another, and keeps nothing of it', async () => {
    const [first] = await copy(row(noon));
    const mixed = encodePredictions([row(noon), first, row(noon)]);
    await expect(db.registry.predictions.copy(mixed)).rejects.toMatchObject({ code: 'ROW_INVALID' });
    expect(await counted()).toBe(1);
    await copy(row(noon));
    expect(await counted()).toBe(2);
  });

  test('says that a prediction is not there, also to another pipeline', async () => {
    const [written] = await copy(row(noon));
    const absent = { code: 'PREDICTION_NOT_FOUND' };
    await expect(db.registry.predictions.get(pipeline, idAt(noon))).rejects.toMatchObject(absent);
    await expect(db.registry.predictions.get('another', written.id)).rejects.toMatchObject(absent);
  });

  test('loses what is older than it is kept, of each pipeline its own', async () => {
    const kept = await copy(row('2024-03-10T00:00:00Z'), row('2024-01-10T00:00:00Z'));
    const other = `${pipeline}-other`;
    await copy(row('2024-02-10T00:00:00Z', { pipeline: other }));
    await db.registry.predictions.prune({
      [pipeline]: '2024-03-01T00:00:00Z',
      [other]: '2024-02-01T00:00:00Z',
    });
    expect(await counted()).toBe(1);
    expect((await db.registry.predictions.get(pipeline, kept[0].id)).id).toBe(kept[0].id);
    const tables = await client.query(
      "select to_regclass('relevo.predictions_2024_01') as january, to_regclass('relevo.predictions_2024_02') as february",
    );
    expect(tables.rows[0].january).toBeNull();
    expect(tables.rows[0].february).not.toBeNull();
    await copy(row('2024-01-10T00:00:00Z'));
    expect(await counted()).toBe(2);
  });
});

describe('outcomes', () => {
  const record = (...told: Parameters<typeof db.registry.outcomes.record>[1]) =>
    db.registry.outcomes.record(pipeline, told);
  const outcome = async (id: string) => (await db.registry.predictions.get(pipeline, id)).outcome?.actual;

  test('come before or after their prediction, by its id or its key', async () => {
    const early = row(noon);
    const keyed = row(noon, { key: 'order-7' });
    expect(await record({ predictionId: early.id, actual: 3 }, { key: 'order-7', actual: 4 })).toEqual([
      'waiting',
      'waiting',
    ]);
    const [, , late] = await copy(early, keyed, row(noon));
    expect(await record({ predictionId: late.id.toUpperCase(), actual: 5 })).toEqual(['joined']);
    expect(await record({ key: 'order-7', actual: 4 })).toEqual(['repeated']);
    expect([await outcome(early.id), await outcome(keyed.id), await outcome(late.id)]).toEqual([3, 4, 5]);
  });

  test('that are told again change nothing; the newest stands, in whatever order they come', async () => {
    const [{ id: predictionId }] = await copy(row(noon));
    const at = (hour: number, actual: number) => ({
      predictionId,
      actual,
      at: `2026-06-01T${hour.toString().padStart(2, '0')}:00:00Z`,
    });
    expect(await record(at(10, 1), at(10, 1), at(12, 2))).toEqual(['joined', 'repeated', 'corrected']);
    expect(await record(at(11, 3))).toEqual(['outdated']);
    expect(await record(at(14, 2), at(13, 3))).toEqual(['repeated', 'outdated']);
    expect(await outcome(predictionId)).toBe(2);
  });

  test('are told the same by many at once and kept once', async () => {
    const rows = await copy(...Array.from({ length: 200 }, () => row(noon)));
    const told = rows.map(({ id }, at) => ({ predictionId: id, actual: at }));
    const answers = await Promise.all([record(...told), record(...[...told].reverse()), record(...told)]);
    const all = answers.flat();
    expect(all.filter((status) => status === 'joined')).toHaveLength(200);
    expect(all.filter((status) => status === 'repeated')).toHaveLength(400);
    expect(await outcome(rows[7].id)).toBe(7);
  });

  test('of what can never come are unknown and not kept', async () => {
    const [foreign] = await copy(row(noon, { pipeline: 'another' }));
    const gone = idAt('2020-01-01T00:00:00Z');
    const statuses = await db.registry.outcomes.record(
      pipeline,
      [foreign.id, gone, idAt('2200-01-01T00:00:00Z')].map((predictionId) => ({ predictionId, actual: 1 })),
      { keptSince: '2026-01-01T00:00:00Z' },
    );
    expect(statuses).toEqual(['unknown', 'unknown', 'unknown']);
    const { rows } = await client.query(
      'select count(*)::int as n from relevo.outcomes where pipeline = $1',
      [pipeline],
    );
    expect(rows[0].n).toBe(0);
    await expect(db.registry.outcomes.record('nobody', [{ key: 'a', actual: 1 }])).rejects.toMatchObject({
      code: 'PIPELINE_NOT_FOUND',
    });
  });
});

describe('what the database cannot keep', () => {
  const beyond = 'ffa02c0d-dd5a-7b76-bc53-a90cf7db22c9';
  const record = (outcome: Outcome) => db.registry.outcomes.record(pipeline, [outcome]);

  test('an id that no clock has made names no prediction, and none that can come', async () => {
    await expect(db.registry.predictions.get(pipeline, beyond)).rejects.toMatchObject({
      code: 'PREDICTION_NOT_FOUND',
    });
    expect(await record({ predictionId: beyond, actual: 1 })).toEqual(['unknown']);
  });

  const far = ['0000-01-01T00:00:00+14:00', '0000-06-01T00:00:00Z', '9999-12-31T23:00:00-14:00'];
  test.each(far)('%s is refused', async (at) => {
    await expect(record({ key: 'order-9', actual: 1, at })).rejects.toMatchObject({
      code: 'REQUEST_UNPROCESSABLE',
    });
  });

  test('so is a text with NUL', async () => {
    await expect(db.registry.predictions.get('\0', idAt(noon))).rejects.toMatchObject({
      code: 'REQUEST_UNPROCESSABLE',
    });
  });
});

describe("a contest's evidence", () => {
  const contest = { champion: '1.0.0', challenger: '1.1.0', since: noon };
  const shadowed = (moment: string, change: Partial<LoggedPrediction> = {}) =>
    row(moment, { stage: 'canary', others: [{ version: '1.1.0', values: [9] }], ...change });
  const later = '2026-05-31T13:00:00.000Z';

  test('is what both answered, by time, with what turned out, and how much the challenger answered', async () => {
    const answered = shadowed(later, {
      version: '1.1.0',
      answer: { values: [8] },
      others: [
        { version: '2.0.0', values: [0] },
        { version: '1.0.0', values: [7] },
      ],
    });
    const first = shadowed(noon);
    const rows = await copy(
      answered,
      first,
      shadowed('2026-05-31T11:00:00Z'),
      row(later),
      row(later, { stage: 'canary' }),
      shadowed(later, { others: [{ version: '3.0.0', values: [1] }] }),
      shadowed(later, { version: '3.0.0' }),
    );
    await db.registry.outcomes.record(
      pipeline,
      rows.map(({ id }) => ({ predictionId: id, actual: 2 })),
    );
    await copy(shadowed(later));
    expect(await db.registry.predictions.evidence(pipeline, contest)).toEqual({
      answered: 5,
      answeredByChallenger: 1,
      pairs: [
        { id: first.id, actual: 2, champion: [2.5], challenger: [9] },
        { id: answered.id, actual: 2, champion: [7], challenger: [8] },
      ],
    });
  });

  test('takes one row of a key, its newest, and the outcome of its id before that of its key', async () => {
    const [, newest, own] = await copy(
      shadowed(noon, { key: 'a' }),
      shadowed(later, { key: 'a' }),
      shadowed(later, { key: 'b' }),
    );
    await db.registry.outcomes.record(pipeline, [
      { key: 'a', actual: 'on' },
      { key: 'b', actual: 'on' },
      { predictionId: own.id, actual: 'off' },
    ]);
    const { pairs } = await db.registry.predictions.evidence(pipeline, contest);
    expect(pairs.map(({ id, actual }) => [id, actual])).toEqual([
      [newest.id, 'on'],
      [own.id, 'off'],
    ]);
  });

  test('is read in pieces that lose nothing', async () => {
    const rows = await copy(...Array.from({ length: 4_500 }, () => shadowed(later)));
    const told = rows.map(({ id }, actual) => ({ predictionId: id, actual }));
    await db.registry.outcomes.record(pipeline, told);
    const { pairs } = await db.registry.predictions.evidence(pipeline, contest);
    expect(pairs.map(({ actual }) => actual)).toEqual(told.map(({ actual }) => actual));
  });
});

describe('the routes of a contest', () => {
  test('are set, changed and cleared, and only for versions that are there', async () => {
    const { id } = await db.registry.datasets.commit(dataset(pipeline));
    for (let i = 0; i < 2; i++)
      await db.registry.models.register(model(pipeline, id, { runId: `train/${pipeline}/${i}` }));
    const shadow = { pipeline, challenger: '1.1.0', stage: 'shadow' as const, share: 0, salt: 's' };
    const canary = { ...shadow, stage: 'canary' as const, share: 0.05 };
    await db.registry.routes.set(shadow);
    await db.registry.routes.set({ ...shadow, challenger: '1.0.0' });
    await db.registry.routes.set(canary);
    expect(await db.registry.routes.active(pipeline)).toEqual([canary, { ...shadow, challenger: '1.0.0' }]);
    await db.registry.routes.clear(pipeline, '1.1.0');
    await db.registry.routes.clear(pipeline, '1.1.0');
    expect(await db.registry.routes.active(pipeline)).toEqual([{ ...shadow, challenger: '1.0.0' }]);
    await expect(db.registry.routes.set({ ...shadow, challenger: '9.0.0' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
  });
});
