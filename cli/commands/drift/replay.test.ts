import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../../contracts/env.ts';
import { type Language, memoryTerminal } from '../../testing.ts';
import { replayStream } from './replay.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the command writes about a file of this text. */
async function replayed(text: string, { json = true, language = 'en' as Language } = {}) {
  const stream = join(folder, 'stream.json');
  await writeFile(stream, text);
  const { terminal, written } = memoryTerminal({ json, language });
  const context = {
    env: parseEnvironment({}),
    terminal,
    interrupted: new AbortController().signal,
    api: () => Promise.reject(new Error('a replay asks no server')),
  };
  return { code: await replayStream(context, { stream }), ...written };
}

const rising = JSON.stringify({
  stream: Array.from({ length: 3000 }, (_, row) => (row % (row < 1500 ? 10 : 2) === 0 ? 1 : 0)),
});

describe('drift replay', () => {
  it('prints the alarms of every detector under its name in camel case', async () => {
    const { code, stdout, stderr } = await replayed(rising);
    const { indices } = JSON.parse(stdout) as { indices: Record<string, number[]> };
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(Object.keys(indices).sort()).toEqual(
      [
        'adwin',
        'cusum',
        'ddm',
        'ecdd',
        'eddm',
        'hddmA',
        'hddmW',
        'kswin',
        'pageHinkley',
        'rddm',
        'stepd',
      ].sort(),
    );
    for (const name of ['adwin', 'cusum', 'hddmA', 'pageHinkley']) {
      expect(indices[name][0]).toBeGreaterThan(1500);
      expect(indices[name][0]).toBeLessThan(1700);
    }
  });

  it('is a table for a person, in their language', async () => {
    const { stdout } = await replayed(rising, { json: false, language: 'es' });
    expect(stdout).toContain('alarmas');
    expect(stdout).toMatch(/page-hinkley +1 /);
  });

  it('says on stderr which detectors a stream of other values leaves out', async () => {
    const { stdout, stderr } = await replayed('{"stream": [1.5, 2, 0]}');
    expect(Object.keys(JSON.parse(stdout).indices)).toEqual(['adwin', 'cusum', 'kswin', 'pageHinkley']);
    expect(stderr).toContain('ddm, ecdd, eddm, hddm-a, hddm-w, rddm, stepd');
  });

  it.each([
    ['not json', 'is no JSON object with a list "stream"', undefined],
    ['[0, 1]', 'is no JSON object with a list "stream"', undefined],
    ['{"stream": "0101"}', 'is no JSON object with a list "stream"', undefined],
    ['{"stream": [0, "1"]}', 'Value 1 of the stream is no finite number', 'stream.1'],
    ['{"stream": [0, 1, null]}', 'Value 2 of the stream is no finite number', 'stream.2'],
    ['{"stream": [1e999]}', 'Value 0 of the stream is no finite number', 'stream.0'],
  ])('refuses %j', async (text, message, field) => {
    await expect(replayed(text)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining(message),
      details: field === undefined ? {} : { field },
    });
  });

  it('takes an empty stream for one without drift', async () => {
    const { indices } = JSON.parse((await replayed('{"stream": []}')).stdout);
    expect(indices.adwin).toEqual([]);
  });
});
