/**
 * Promotions, rollbacks and canaries under load. `npm run show:promotions` does fifty rounds of each.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { freshRegistry, type TestRegistry } from '../../test/registry.ts';
import { startApi, type TestApi } from '../../test/support/api.ts';
import { startLoad } from '../../test/support/load.ts';
import { registerSteelModel } from '../../test/support/registered-model.ts';
import { type JsonRow, trainSteelModel } from '../../test/support/steel-model.ts';
import { registryChampions } from './champions/source.ts';

const rounds = Number(process.env.PROMOTION_ROUNDS ?? 5);
const name = 'steel-energy';
const by = { pipeline: name, actor: 'ana', reason: 'test' };
let db: TestRegistry;
let home: string;
let api: TestApi;
let rows: JsonRow[];
let first: string;
let second: string;

/** Versions that may answer from a moment on. */
interface Allowed {
  fromMs: number;
  versions: readonly string[];
}
const allowed: Allowed[] = [];

/** What routing allows now, as the server has it: champion, then challengers. */
const routed = (): string[] => {
  const { champion, contenders } = api.deps.champions.lineup(name);
  return [champion.version.version, ...contenders.map(({ route }) => route.challenger)];
};

/**
 * Changes routing. While the change is under way what was and what will be may answer; once the server has it, only
 * what is.
 */
async function change(act: () => Promise<unknown>, after: readonly string[]): Promise<void> {
  const before = allowed.at(-1)?.versions ?? [];
  allowed.push({ fromMs: performance.now(), versions: [...before, ...after] });
  await act();
  await expect.poll(routed, { interval: 5, timeout: 20_000 }).toEqual(after);
  allowed.push({ fromMs: performance.now(), versions: after });
  await sleep(50);
}

const canary = (challenger: string) => ({
  ...{ pipeline: name, challenger, stage: 'canary' as const, share: 0.5, salt: 'salt' },
});

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'relevo-promotions-'));
  db = await freshRegistry();
  const artifacts = createFolderArtifacts(home);
  const sizes = { rows: 500, depth: 4 };
  const models = [
    await trainSteelModel({ ...sizes, trees: 20 }),
    await trainSteelModel({ ...sizes, trees: 40 }),
  ];
  rows = models[0].rows;
  first = await registerSteelModel({ registry: db.registry, artifacts }, models[0], 'first');
  second = await registerSteelModel({ registry: db.registry, artifacts }, models[1], 'second');
  await db.registry.models.promote({ ...by, version: first });
  api = await startApi({
    source: registryChampions(db.another(), artifacts, db.url),
    databaseUrl: db.url,
  });
}, 120_000);
afterAll(async () => {
  await api.close();
  await db.drop();
  await rm(home, { recursive: true, force: true });
});

it(
  'under load no request fails, and none is answered by a version that routing did not allow',
  async () => {
    allowed.push({ fromMs: performance.now(), versions: [first] });
    const load = startLoad({ url: api.url, rows, pauseMs: 1 });
    for (let round = 0; round < rounds; round++) {
      await change(() => db.registry.routes.set(canary(second)), [first, second]);
      await change(() => db.registry.routes.clear(name, second), [first]);
      await change(() => db.registry.models.promote({ ...by, version: second }), [second]);
      await change(() => db.registry.models.rollback({ ...by }), [first]);
    }
    await load.stop();

    expect(load.failures).toEqual([]);
    // An answer may be by whatever was allowed from when it was asked for to when it was there.
    const wrong = load.answered.filter(({ modelVersion, askedMs, answeredMs }) => {
      const start = allowed.findLastIndex(({ fromMs }) => fromMs <= askedMs);
      return !allowed
        .slice(start)
        .some(({ fromMs, versions }) => fromMs <= answeredMs && versions.includes(modelVersion));
    });
    expect(wrong).toEqual([]);
    const answeredBy = new Set(load.answered.map(({ modelVersion }) => modelVersion));
    expect([...answeredBy].sort()).toEqual([first, second].sort());
  },
  60_000 + rounds * 15_000,
);
