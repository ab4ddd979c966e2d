import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { environment } from '../../contracts/env.ts';
import { searchAttributes } from '../../temporal.config.ts';
import { answers, freePort } from './readiness.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { ensureTemporal, startTemporal, type TemporalOptions } from './temporal.ts';
import { adopt, cachedBinary, faultOf } from './temporal-binary.ts';

let folder: string;
const lines: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-temporal-'));
  lines.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const binaryHere = (): Promise<string> =>
  ensureTemporal({ cacheDir: environment().RELEVO_CACHE, onProgress: () => undefined });

async function options(): Promise<TemporalOptions> {
  return {
    binary: await binaryHere(),
    dbFile: join(folder, 'temporal.db'),
    port: await freePort(),
    uiPort: await freePort(),
    logFile: join(folder, 'temporal.log'),
    log: (line) => lines.push(line),
  };
}

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function registeredAttributes(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    await registerSearchAttributes(connection, 'default');
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    return Object.keys(customAttributes ?? {});
  } finally {
    await connection.close();
  }
}

describe('startTemporal', () => {
  test('knows the search attributes, and again after a second start on the same file', async () => {
    const wanted = await options();
    for (let start = 0; start < 2; start++) {
      const server = await startTemporal(wanted);
      expect(await registeredAttributes(server.address)).toEqual(
        expect.arrayContaining(Object.values(searchAttributes)),
      );
      await server.stop();
      expect(await answers(wanted.port)).toBe(false);
    }
  });

  test('ends the server that a killed supervisor left behind', async () => {
    const wanted = await options();
    const { log: _, ...plain } = wanted;
    const script = `
      import { startTemporal } from ${JSON.stringify(new URL('./temporal.ts', import.meta.url).href)};
      const server = await startTemporal(${JSON.stringify(plain)});
      console.log(server.pid);
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await answers(wanted.port)).toBe(true);
    const server = await startTemporal(wanted);
    expect(lines.join('\n')).toContain(`process ${Number(String(chunk))}`);
    await server.stop();
  });

  test('refuses data that the server of a living supervisor works on', async () => {
    const wanted = await options();
    const server = await startTemporal(wanted);
    const script = `
      import { startTemporal } from ${JSON.stringify(new URL('./temporal.ts', import.meta.url).href)};
      const options = ${JSON.stringify({ ...wanted, port: await freePort(), uiPort: await freePort() })};
      await startTemporal(options).catch((error) => console.log(error.code));
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = await once(child.stdout, 'data');
    expect(String(chunk).trim()).toBe('HOME_IN_USE');
    expect(await answers(wanted.port)).toBe(true);
    await server.stop();
  });

  test('names the setting of the taken port, and says when the file is no database', async () => {
    const wanted = await options();
    const server = await startTemporal(wanted);
    const other = { ...wanted, dbFile: join(folder, 'other.db') };
    await expect(startTemporal(other)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { field: 'RELEVO_TEMPORAL_PORT' },
    });
    await expect(startTemporal({ ...other, port: await freePort() })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { field: 'RELEVO_TEMPORAL_UI_PORT' },
    });
    await server.stop();
    await writeFile(other.dbFile, 'this is no database, and long enough to be looked at as one'.repeat(100));
    await expect(startTemporal(other)).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  });
});

describe('ensureTemporal', () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  test('takes the one on PATH that runs', async () => {
    const real = await binaryHere();
    await program('temporal', `exec ${real} "$@"`);
    process.env.PATH = `${folder}:${path}`;
    expect(await ensureTemporal({ cacheDir: join(folder, 'cache'), onProgress: () => undefined })).toBe(
      join(folder, 'temporal'),
    );
  });

  test('says everything it tried where nothing can be had', async () => {
    await program('temporal', 'echo something else');
    await mkdir(join(folder, 'cache'));
    await writeFile(cachedBinary(join(folder, 'cache')), 'half of a progr', { mode: 0o755 });
    process.env.PATH = folder;
    const signal = AbortSignal.timeout(50_000);
    // The download may well succeed on a machine with a way out; then there is nothing to complain about.
    const outcome = await ensureTemporal({
      cacheDir: join(folder, 'cache'),
      onProgress: (line) => lines.push(line),
      signal,
    }).catch((error) => error);
    if (typeof outcome === 'string') return expect(await faultOf(outcome)).toBeUndefined();
    expect(outcome).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect(outcome.message).toContain('something else');
    expect(outcome.message).toContain(cachedBinary(join(folder, 'cache')));
    expect(outcome.message).toContain('no Go on PATH');
    expect(outcome.details.remedy).toContain('TEMPORAL_ADDRESS');
  });
});

describe('a program that would be the server', () => {
  test.each([
    ['a half-written one', 'exit 1', /does not run/],
    ['another program of that name', 'echo temporal 3', /answers "temporal 3"/],
    ['one that is too old', 'echo "temporal version 0.9.0 (Server 1.9.9, UI 2.0.0)"', /1\.9\.9.*1\.28\.0/],
  ])('%s is not taken into the cache', async (_, script, fault) => {
    const path = await program('candidate', script);
    expect(await adopt(path, join(folder, 'cache'))).toMatch(fault);
    expect(await faultOf(cachedBinary(join(folder, 'cache')))).toMatch(/ENOENT/);
  });

  test('one of a later release is', async () => {
    const path = await program('candidate', 'echo "temporal version 2.0.0 (Server 1.100.0, UI 3.0.0)"');
    expect(await adopt(path, join(folder, 'cache'))).toBeUndefined();
    expect(await faultOf(cachedBinary(join(folder, 'cache')))).toBeUndefined();
  });
});
