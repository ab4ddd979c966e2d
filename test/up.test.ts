import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStackState } from '../cli/up/lock.ts';
import { isAlive, type ProcessRef } from '../cli/up/processes.ts';
import { freePort } from '../cli/up/readiness.ts';
import { type CliProcess, runCli, startCli } from './cli-process.ts';

const run = promisify(execFile);
const startMs = 120_000;
const trainingMs = 400_000;
const running = /^Running\. Ctrl-C stops everything\.$/m;

/** One home whose stack is started and stopped through these tests, in their order. */
describe('relevo up', () => {
  let root: string;
  let variables: Record<string, string | undefined>;
  let cli: CliProcess | undefined;
  let champion: { version: string; createdAt: string };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'relevo-up-'));
    // root's database runs under another account, which must be able to enter
    chmodSync(root, 0o711);
    const ports = ['RELEVO_PORT', 'RELEVO_POSTGRES_PORT', 'RELEVO_TEMPORAL_PORT', 'RELEVO_TEMPORAL_UI_PORT'];
    variables = {
      RELEVO_HOME: join(root, 'home'),
      DATABASE_URL: undefined,
      TEMPORAL_ADDRESS: undefined,
      ...Object.fromEntries(await Promise.all(ports.map(async (name) => [name, String(await freePort())]))),
    };
  });
  afterAll(async () => {
    cli?.child.kill('SIGINT');
    await cli?.ended;
    rmSync(root, { recursive: true, force: true });
  });

  const api = (path: string): string => `http://127.0.0.1:${variables.RELEVO_PORT}${path}`;
  const home = (): string => variables.RELEVO_HOME ?? '';

  /** Every process that the running stack wrote down, its supervisor first. */
  function processes(): ProcessRef[] {
    const state = readStackState(home());
    if (state === undefined) throw new Error('no stack has written its state');
    return [state.supervisor, ...state.processes];
  }

  async function modelInfo(): Promise<typeof champion> {
    const response = await fetch(api('/model/info'));
    expect(response.status).toBe(200);
    return (await response.json()) as typeof champion;
  }

  it('is stopped in the middle of its first training', async () => {
    cli = startCli(['up'], variables);
    await cli.waitFor(/ {2}data: done/, startMs + trainingMs);
    const before = processes();
    expect(before).toHaveLength(6);
    cli.child.kill('SIGINT');
    const stoppingAtMs = Date.now();
    expect(await cli.ended).toBe(0);
    expect(Date.now() - stoppingAtMs).toBeLessThan(20_000);
    expect(before.filter(isAlive)).toEqual([]);
  });

  it('goes on with that training and ends with a champion', async () => {
    cli = startCli(['up'], variables);
    await cli.waitFor(running, startMs + trainingMs);
    expect(cli.stderr()).toContain('that was under way goes on');
    expect(cli.stdout()).toMatch(/★ +\S+/);
    expect(cli.stdout()).toMatch(/RMSE +\S+ +\[\S+, \S+\] +kWh/);
    champion = await modelInfo();
    const { models } = (await (await fetch(api('/v1/pipelines/steel-energy/models'))).json()) as {
      models: { version: string }[];
    };
    expect(models.map(({ version }) => version)).toEqual([champion.version]);
  });

  it('prints a curl line that answers when pasted', async () => {
    const line = cli?.stdout().match(/^curl .+$/m)?.[0] ?? '';
    const { stdout } = await run('bash', ['-c', line]);
    const { predictions } = JSON.parse(stdout);
    expect(predictions).toHaveLength(1);
    expect(predictions[0].modelVersion).toBe(champion.version);
    expect(predictions[0].value).toBeGreaterThan(0);
  });

  it('shows the run in the list, and its memory in the status', async () => {
    const { runs } = JSON.parse((await runCli(['runs', '--kind', 'train', '--json'], variables)).stdout);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ state: 'completed', result: { modelVersion: champion.version } });
    const { stack, api: seen } = JSON.parse((await runCli(['status', '--json'], variables)).stdout);
    const names = stack.processes.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(['api', 'compute', 'control', 'postgres', 'supervisor', 'temporal']);
    expect(stack.total.rssBytes).toBeGreaterThan(100 * 1024 ** 2);
    expect(seen.champions).toEqual([{ pipeline: 'steel-energy', version: champion.version }]);
  });

  it('refuses a second supervisor of one home, and names a port that is taken', async () => {
    const twin = await runCli(['up'], variables);
    expect(twin.code).toBe(1);
    expect(twin.stderr).toContain('HOME_IN_USE');
    const other = await runCli(['up'], { ...variables, RELEVO_HOME: join(root, 'other') });
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/PORT_TAKEN Port \d+ for the API is taken by process \d+/);
    expect(other.stderr).toContain('RELEVO_PORT=');
  });

  it('starts a process again that was killed', async () => {
    const api = readStackState(home())?.processes.find(({ name }) => name === 'api');
    process.kill(api?.pid ?? 0, 'SIGKILL');
    await cli?.waitFor(/api ended \(signal SIGKILL\); starting it again/, 10_000);
    await expect
      .poll(() => modelInfo().catch(() => undefined), { timeout: startMs })
      .toMatchObject({
        version: champion.version,
      });
  });

  it('clears up after a supervisor that was killed, and serves the same champion', async () => {
    const before = processes();
    cli?.child.kill('SIGKILL');
    expect(await cli?.ended).toBe('SIGKILL');
    cli = startCli(['up'], variables);
    await cli.waitFor(/The champion of steel-energy is/, startMs);
    expect(await modelInfo()).toEqual(champion);
    expect(before.filter(isAlive)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const before = processes();
    cli?.child.kill('SIGTERM');
    expect(await cli?.ended).toBe(0);
    expect(before.filter(isAlive)).toEqual([]);
    expect(readStackState(home())).toBeUndefined();
    cli = undefined;
  });
});
