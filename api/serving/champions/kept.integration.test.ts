import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../../contracts/errors.ts';
import { fileChampions } from '../../../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { type Champions, createChampions } from './champions.ts';
import { keptChampions } from './kept.ts';
import type { ChampionSource } from './source.ts';

const log = pino({ level: 'silent' });
const away = async (): Promise<never> => {
  throw new RelevoError('DATABASE_UNAVAILABLE', 'away');
};
/** A registry that nobody reaches. */
const nobody: ChampionSource = { champion: away, routes: away, version: away, onnx: away, watch: away };

const noListeners: Parameters<ChampionSource['watch']> = [() => {}, () => {}];

let first: SteelModel;
let second: SteelModel;
let folder: string;
const opened: Champions[] = [];

/** A server's champions, by way of what is on disk. */
async function started(source: ChampionSource): Promise<Champions> {
  const champions = createChampions({
    ...{ source: keptChampions(source, folder, log), log, pipelines: ['steel-energy'] },
    retryMs: { first: 10, longest: 20 },
  });
  opened.push(champions);
  await champions.start();
  return champions;
}
const version = (champions: Champions): string => champions.serving('steel-energy').version.version;
const files = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name !== 'tmp').sort();
const onDisk = ({ version: { onnx } }: SteelModel): string[] =>
  [`${onnx.sha256}.onnx`, 'steel-energy.json'].sort();

beforeAll(async () => {
  const options = { rows: 300, trees: 3, depth: 2 };
  first = await trainSteelModel(options);
  second = await trainSteelModel({ ...options, version: '1.1.0', seed: 1 });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-champions-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((champions) => champions.close()));
  await rm(folder, { recursive: true, force: true });
});

describe('champions on disk', () => {
  it('answer after a restart without the registry, and give way to it once it is back', async () => {
    const source = fileChampions(first);
    await started(source);
    await expect.poll(files).toEqual(onDisk(first));

    let isAway = true;
    const back = fileChampions(second);
    const flaky: ChampionSource = {
      ...back,
      champion: (pipeline) => (isAway ? away() : back.champion(pipeline)),
      routes: (pipeline) => (isAway ? away() : back.routes(pipeline)),
      watch: (onChange, onReconnect) => (isAway ? away() : back.watch(onChange, onReconnect)),
    };
    const again = await started(flaky);
    expect(version(again)).toBe('1.0.0');
    isAway = false;
    await expect.poll(() => version(again)).toBe('1.1.0');
    await expect.poll(files).toEqual(onDisk(second));
  });

  it('of a new installation are none, which is nothing to warn of', async () => {
    const lines: string[] = [];
    const told = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const source = keptChampions(fileChampions(), join(folder, 'new'), told);
    expect(await source.champion('steel-energy')).toBeUndefined();
    await (await source.watch(...noListeners)).close();
    expect(lines).toEqual([]);
  });

  it('follow a promotion: the file of a champion that was is gone', async () => {
    const source = fileChampions(first);
    await started(source);
    await expect.poll(files).toEqual(onDisk(first));
    source.promote(second);
    await expect.poll(files).toEqual(onDisk(second));
    expect(version(await started(nobody))).toBe('1.1.0');
  });

  it('are left as they are by a start that finds them whole, and mended by one that does not', async () => {
    const start = async () => {
      const source = fileChampions(first);
      const champions = await started(source);
      await expect.poll(files).toEqual(onDisk(first));
      await champions.close();
      return await stat(path);
    };
    const path = join(folder, `${first.version.onnx.sha256}.onnx`);
    const written = await start();
    expect((await start()).ino).toBe(written.ino);
    await writeFile(path, 'half a model');
    await start();
    expect(await readFile(path)).toEqual(Buffer.from(first.onnx));
  });

  it('are not used where their bytes are not those that were kept', async () => {
    await started(fileChampions(first));
    await expect.poll(files).toEqual(onDisk(first));
    const path = join(folder, `${first.version.onnx.sha256}.onnx`);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(path, bytes);
    const champions = await started(nobody);
    expect(() => champions.serving('steel-energy')).toThrow('not loaded yet');
  });

  it('are not used where their bytes change once they were found whole, or their file is gone', async () => {
    await started(fileChampions(first));
    await expect.poll(files).toEqual(onDisk(first));
    const kept = keptChampions(nobody, folder, log);
    expect((await kept.champion('steel-energy'))?.version).toBe('1.0.0');
    const path = join(folder, `${first.version.onnx.sha256}.onnx`);
    expect(await kept.onnx(first.version)).toBe(path);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(path, bytes);
    await expect(kept.onnx(first.version)).rejects.toThrow('away');
    await expect(kept.champion('steel-energy')).rejects.toThrow('away');
    await rm(path);
    await expect(kept.onnx(first.version)).rejects.toThrow('away');
  });

  it('are not used where their record was changed', async () => {
    await started(fileChampions(first));
    await expect.poll(files).toEqual(onDisk(first));
    const path = join(folder, 'steel-energy.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"1.0.0"', '"9.0.0"'));
    const champions = await started(nobody);
    expect(() => champions.serving('steel-energy')).toThrow('not loaded yet');
  });
});
