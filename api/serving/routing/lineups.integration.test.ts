import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import type { ContestRoute } from '../../../contracts/contest.ts';
import { type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { assigned, divide, stageOf } from './lineup.ts';
import { createLineups } from './lineups.ts';

const log = pino({ level: 'silent' });
const pipeline = 'steel-energy';
let models: SteelModel[];
beforeAll(async () => {
  const sizes = { rows: 300, depth: 2, trees: 3 };
  const made = [];
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) made.push(await trainSteelModel({ ...sizes, version }));
  models = made.map((model) => ({ ...model, version: { ...model.version, inputSchemaHash: 'same' } }));
}, 60_000);

function open() {
  const state = { champion: 0, routes: [] as ContestRoute[], nowMs: 0, opened: [] as string[] };
  const versionOf = (version: string): SteelModel => {
    const found = models.find((model) => model.version.version === version);
    if (found === undefined) throw new Error(`no version ${version}`);
    return found;
  };
  const lineups = createLineups({
    log,
    leaseMs: 1_000,
    nowMs: () => state.nowMs,
    source: {
      champion: async () => models[state.champion].version,
      routes: async () => state.routes,
      version: async (_, version) => versionOf(version).version,
      onnx: async ({ version }) => {
        state.opened.push(version);
        return versionOf(version).onnx;
      },
    },
  });
  const versions = (): string[] => {
    const lineup = lineups.get(pipeline);
    return lineup === undefined
      ? []
      : [lineup.champion, ...lineup.contenders.map(({ model }) => model)].map(
          ({ version }) => version.version,
        );
  };
  return { state, lineups, versions };
}
const canary = (challenger: string, share = 0.5): ContestRoute => ({
  ...{ pipeline, challenger, share, stage: 'canary', salt: challenger },
});

test('a challenger that becomes champion serves on, opened once; the former champion is let go', async () => {
  const { state, lineups, versions } = open();
  state.routes = [canary('1.1.0'), canary('1.2.0')];
  await lineups.load(pipeline);
  expect(versions()).toEqual(['1.0.0', '1.1.0', '1.2.0']);
  const before = lineups.get(pipeline);
  state.champion = 1;
  await lineups.load(pipeline);
  expect(versions()).toEqual(['1.1.0', '1.2.0']);
  expect(lineups.get(pipeline)?.champion).toBe(before?.contenders[0].model);
  expect(before?.champion.retired).toBe(true);
  state.routes = [];
  await lineups.load(pipeline);
  expect(before?.contenders.map(({ model }) => model.retired)).toEqual([false, true]);
  expect(state.opened).toEqual(['1.0.0', '1.1.0', '1.2.0']);
  lineups.close();
});

test('routes that the registry has not confirmed for the lease allow nobody, until it does', async () => {
  const { state, lineups, versions } = open();
  state.routes = [canary('1.1.0')];
  await lineups.load(pipeline);
  state.nowMs = 999;
  expect(versions()).toEqual(['1.0.0', '1.1.0']);
  state.nowMs = 1_000;
  expect(versions()).toEqual(['1.0.0']);
  await lineups.load(pipeline);
  expect(versions()).toEqual(['1.0.0', '1.1.0']);
  lineups.close();
});

test('rows of one request are divided by key, and the first challenger in whose share a key is answers it', async () => {
  const { state, lineups } = open();
  state.routes = [canary('1.1.0', 0.4), canary('1.2.0', 0.4)];
  await lineups.load(pipeline);
  const lineup = lineups.get(pipeline);
  if (lineup === undefined) throw new Error('no line-up');
  expect(stageOf(lineup)).toBe('canary');
  const keyOf = (place: number): string => `key-${place % 50}`;
  const parts = divide(lineup, 500, keyOf);
  expect(parts.flatMap(({ places }) => places).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 500 }, (_, place) => place),
  );
  for (const { model, places } of parts)
    for (const place of places) expect(assigned(lineup, keyOf(place))).toBe(model);
  expect(new Set(parts.map(({ model }) => model)).size).toBe(3);
  state.routes = [{ ...canary('1.1.0', 0), stage: 'shadow' }];
  await lineups.load(pipeline);
  const shadow = lineups.get(pipeline);
  expect(shadow && stageOf(shadow)).toBe('shadow');
  expect(shadow && divide(shadow, 500, keyOf).map(({ model }) => model)).toEqual([lineup.champion]);
  lineups.close();
});
