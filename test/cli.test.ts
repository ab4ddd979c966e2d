import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../cli/up/readiness.ts';
import { runCli, startCli } from './cli-process.ts';

let home: string;
let away: Record<string, string>;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'relevo-cli-'));
  away = { RELEVO_HOME: home, RELEVO_PORT: String(await freePort()) };
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('relevo', () => {
  it('explains itself, every command with examples', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes:');
    const train = await runCli(['train', '--help']);
    expect(train.stdout).toContain('$ relevo train steel-energy');
    expect(train.stdout).toContain('Global options:');
  });

  it('speaks Spanish when asked', async () => {
    const { stdout } = await runCli(['--help'], { RELEVO_LANG: 'es' });
    expect(stdout).toContain('Órdenes:');
    const { stderr, code } = await runCli(['entrenar'], { RELEVO_LANG: 'es' });
    expect([stderr.split('\n')[0], code]).toEqual(['REQUEST_INVALID No hay ninguna orden "entrenar"', 2]);
  });

  it.each([
    [['trian', 'steel-energy'], 'Did you mean "train"?'],
    [['runs', '--limt', '3'], 'Did you mean "--limit"?'],
    [['models'], 'See: relevo models --help'],
  ])('%j is a usage mistake that is explained', async (args, hint) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
  });

  it.each([['runs'], ['status'], ['train', 'x'], ['pipelines']])(
    'without an API "%s" ends with 3 and says how to start it',
    async (...args) => {
      const { code, stdout, stderr } = await runCli(args, away);
      expect(code).toBe(3);
      expect(stdout + stderr).toMatch(/relevo up|No stack runs/);
    },
  );

  it('answers a machine with one JSON document on stdout, failures included', async () => {
    const { code, stdout } = await runCli(['runs', '--json'], away);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'API_UNREACHABLE',
      docs: 'docs/errors/API_UNREACHABLE.md',
    });
    const status = JSON.parse((await runCli(['status', '--json'], away)).stdout);
    expect(status).toMatchObject({ home, stack: null, api: { reachable: false } });
  });

  it('names a wrong setting with its value', async () => {
    const { code, stderr } = await runCli(['runs'], { RELEVO_PORT: '70000' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/ENVIRONMENT_INVALID .*RELEVO_PORT="70000"/);
  });

  it('refuses rows that are none before it asks anybody', async () => {
    const { code, stderr } = await runCli(['predict', 'steel-energy', '--row', '{"NSM": }'], away);
    expect(code).toBe(2);
    expect(stderr).toContain('--row is no JSON of rows');
    const empty = await runCli(['predict', 'steel-energy'], away, '');
    expect(empty.stderr).toContain('stdin holds no rows');
  });

  it('shows where an error comes from only with --verbose', async () => {
    expect((await runCli(['runs'], away)).stderr).not.toMatch(/^ +at /m);
    expect((await runCli(['runs', '--verbose'], away)).stderr).toMatch(/^ +at /m);
  });

  it('ends quietly when its reader goes away', async () => {
    const cli = startCli(['--help']);
    cli.child.stdout?.destroy();
    expect(await cli.ended).toBe(0);
    expect(cli.stderr()).toBe('');
  });

  it('a doctor looks at everything, also with a broken setting', async () => {
    const { code, stdout } = await runCli(['doctor', '--json'], {
      ...away,
      RELEVO_DATA: join(home, 'absent'),
      RELEVO_THREADS: 'many',
    });
    const { healthy, findings } = JSON.parse(stdout);
    const resultOf = (name: string): string =>
      findings.find((found: { name: string }) => found.name === name)?.result;
    expect([code, healthy]).toEqual([1, false]);
    expect([resultOf('settings'), resultOf('RELEVO_DATA')]).toEqual(['fail', 'fail']);
    for (const name of [
      'Node',
      'libxgboost',
      'onnxruntime',
      'DuckDB',
      'PostgreSQL',
      'ports',
      'RELEVO_HOME',
    ]) {
      expect([name, resultOf(name)]).toEqual([name, 'ok']);
    }
  });
});
