import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelevoError } from '../../../contracts/errors.ts';
import { type FileChampions, fileChampions } from '../../../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { createHistories } from '../forecast/histories.ts';
import { createIdMaker } from '../ids.ts';
import { predict } from '../predict.ts';
import { type Champions, createChampions } from './champions.ts';
import type { ChampionSource } from './source.ts';

const log = pino({ level: 'silent' });
const newId = createIdMaker();
let first: SteelModel;
let second: SteelModel;
const opened: Champions[] = [];

function open(source: ChampionSource, options: { pollMs?: number; pipelines?: string[] } = {}): Champions {
  const champions = createChampions({
    ...{ source, log, pipelines: ['steel-energy'], retryMs: { first: 10, longest: 40 } },
    ...options,
  });
  opened.push(champions);
  return champions;
}

const histories = createHistories({ newest: async () => undefined });

interface Prediction {
  id: string;
  value: number;
  modelVersion: string;
}
const ask = (champions: Champions, body: unknown): Promise<Prediction[]> =>
  new Promise((resolve, reject) => {
    const deps = {
      ...{ newId, histories },
      lineup: champions.lineup,
      keyColumn: () => undefined,
      answered: () => undefined,
      contenderFailed: () => undefined,
    };
    predict(
      champions.lineup(),
      body,
      { requestId: newId(), bodyBytes: 0, startedMs: 0 },
      deps,
      (error, json) => (error === undefined ? resolve(JSON.parse(json).predictions) : reject(error)),
    );
  });
/** Of a source without contests. */
const noContest: Pick<ChampionSource, 'routes' | 'version'> = {
  routes: async () => [],
  version: async () => first.version,
};
const versions = (champions: Champions): string[] => champions.all().map(({ version }) => version.version);
const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof RelevoError ? error.code : String(error);
  }
  return 'none';
};

beforeAll(async () => {
  first = await trainSteelModel({ rows: 700, trees: 10, depth: 4 });
  second = await trainSteelModel({ rows: 700, trees: 20, depth: 4, version: '1.1.0' });
});
afterAll(() => Promise.all(opened.map((champions) => champions.close())));

describe('the champion in memory', () => {
  it('answers a row alone as it answers it among others, bit for bit', async () => {
    const champions = open(fileChampions(first));
    await champions.start();
    const rows = first.rows.slice(0, 600);
    const alone: number[] = [];
    for (const row of rows) alone.push((await ask(champions, row))[0].value);
    const crowd = await Promise.all(rows.map((row) => ask(champions, row)));
    expect(crowd.map(([{ value }]) => value)).toEqual(alone);
    for (const size of [2, 7, 64, 65, 600]) {
      const answers = await ask(champions, { rows: rows.slice(0, size) });
      expect(answers.map(({ value }) => value)).toEqual(alone.slice(0, size));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(size);
    }
  });

  it('is swapped on notice while every request is answered by the one or the other', async () => {
    const source: FileChampions = fileChampions(first);
    const champions = open(source);
    await champions.start();
    const { rows } = first;
    const answers: Promise<Prediction[]>[] = [];
    for (let i = 0; i < 300; i++) {
      answers.push(ask(champions, i % 10 === 0 ? rows.slice(0, 200) : rows[i % rows.length]));
      if (i === 50) source.promote(second);
      if (i % 5 === 0) await sleep(1);
    }
    const seen = (await Promise.all(answers)).map((predictions) => {
      const own = new Set(predictions.map(({ modelVersion }) => modelVersion));
      expect(own.size).toBe(1);
      return [...own][0];
    });
    expect(seen[0]).toBe('1.0.0');
    expect(seen.at(-1)).toBe('1.1.0');
    expect(seen).toEqual([...seen].sort());
  });

  it('is found by the poll when the notice is lost', async () => {
    let current = first;
    const source: ChampionSource = {
      ...noContest,
      champion: async () => current.version,
      onnx: async () => current.onnx,
      watch: async () => ({ close: async () => {} }),
    };
    const champions = open(source, { pollMs: 20 });
    await champions.start();
    current = second;
    await expect.poll(() => versions(champions)).toEqual(['1.1.0']);
  });

  it('is loaded when the registry comes back, and says until then that it is not known', async () => {
    let away = true;
    const source = fileChampions(first);
    const gone = (): never => {
      throw new RelevoError('DATABASE_UNAVAILABLE', 'away');
    };
    const champions = open({
      ...source,
      watch: async (...listeners) => (away ? gone() : source.watch(...listeners)),
      champion: async (pipeline) => (away ? gone() : source.champion(pipeline)),
    });
    await champions.start();
    expect(champions.known).toBe(false);
    expect(code(() => champions.serving())).toBe('DATABASE_UNAVAILABLE');
    away = false;
    await expect.poll(() => versions(champions)).toEqual(['1.0.0']);
  });

  it('goes on answering while the registry is away or a new file is broken', async () => {
    let current = first;
    const source: ChampionSource = {
      ...noContest,
      champion: async () => current.version,
      onnx: async () => (current === first ? first.onnx : Buffer.from('no model')),
      watch: async () => ({ close: async () => {} }),
    };
    const champions = open(source);
    await champions.start();
    current = second;
    await expect(champions.refresh('steel-energy')).rejects.toThrow();
    expect(await ask(champions, first.rows[0])).toMatchObject([{ modelVersion: '1.0.0' }]);
  });

  it('is the first pipeline with one where none is named', async () => {
    const champions = open(fileChampions(first), { pipelines: ['a-without', 'steel-energy'] });
    await champions.start();
    expect(champions.serving().version.pipeline).toBe('steel-energy');
    expect(code(() => champions.serving('a-without'))).toBe('CHAMPION_MISSING');
    expect(code(() => champions.serving('steel-enrgy'))).toBe('PIPELINE_NOT_FOUND');
  });

  it('is missing, with the remedy, where no pipeline has one', async () => {
    const champions = open(fileChampions());
    await champions.start();
    expect(champions.known).toBe(true);
    expect(code(() => champions.serving())).toBe('CHAMPION_MISSING');
  });
});
