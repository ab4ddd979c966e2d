import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { withoutPassword } from '../up/addresses.ts';
import { faultOf, onPath } from '../up/temporal-binary.ts';
import { type Check, type CheckContext, type Finding, fail, ok, warn } from './check.ts';

const run = promisify(execFile);
const connectTimeoutMs = 3000;

/** Whether something accepts connections there. */
function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(connectTimeoutMs, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

type Found = Omit<Finding, 'name'>;

async function reachable(
  { texts }: CheckContext,
  address: { host: string; port: number; shown: string; setting: string },
): Promise<Found> {
  const { host, port, shown, setting } = address;
  const open = await accepts(host, port);
  return open ? ok(texts.answers(shown)) : fail(texts.silent(shown), texts.checkAddress(setting));
}

export const postgres: Check = {
  name: 'postgres',
  async run(context) {
    const { env, texts } = context;
    if (env.DATABASE_URL !== undefined) {
      const { hostname: host, port } = new URL(env.DATABASE_URL);
      const shown = withoutPassword(env.DATABASE_URL);
      return [await reachable(context, { host, port: Number(port || 5432), shown, setting: 'DATABASE_URL' })];
    }
    const { findPrograms } = await import('../up/postgres-programs.ts');
    const programs = await findPrograms(undefined, [], () => {});
    const { stdout } = await run(programs.postgres, ['--version']);
    return [ok(texts.embedded(stdout.trim()))];
  },
};

async function goVersion(): Promise<string | undefined> {
  try {
    return /go\d[\w.]*/.exec((await run('go', ['version'])).stdout)?.[0];
  } catch {
    return undefined;
  }
}

export const temporal: Check = {
  name: 'temporal',
  async run(context) {
    const { env, texts } = context;
    if (env.TEMPORAL_ADDRESS !== undefined) {
      const [host, port] = env.TEMPORAL_ADDRESS.split(':');
      const address = { host, port: Number(port), shown: env.TEMPORAL_ADDRESS, setting: 'TEMPORAL_ADDRESS' };
      return [await reachable(context, address)];
    }
    const findings: Found[] = [];
    for (const folder of [process.env.PATH, env.RELEVO_CACHE]) {
      const program = await onPath('temporal', folder);
      if (program === undefined) continue;
      const fault = await faultOf(program);
      if (fault === undefined) return [...findings, ok(texts.temporalHere(program))];
      findings.push(warn(texts.temporalBad(program, fault), texts.temporalRemedy));
    }
    const go = await goVersion();
    if (go !== undefined) return [...findings, ok(texts.temporalBuild(go))];
    return [...findings, warn(texts.temporalDownload, texts.temporalRemedy)];
  },
};
