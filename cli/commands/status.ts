import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import type { ApiClient } from '../client/http.ts';
import { type Run, readySchema, runsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showRuns } from '../view/runs.ts';
import { readStack, showStack } from '../view/stack.ts';

type Standing = 'ok' | 'slow' | 'away';

interface ApiStatus {
  url: string;
  reachable: boolean;
  /** `slow`: it takes connections and has not answered in time. */
  state: Standing;
  checks: Record<string, string>;
  champions: { pipeline: string; version: string }[];
  running: Run[];
}

/** The API itself has this long to answer. */
const answerMs = 10_000;
/** The API knows after five seconds whether what is slow is away. */
const decisionMs = 6_000;
const askAgainMs = 250;

async function readApi(client: ApiClient, signal: AbortSignal): Promise<ApiStatus> {
  const inTime = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  try {
    const [{ checks, champions }, page] = await Promise.all([
      decidedReadiness(client, inTime),
      client.get('/v1/runs?state=running', runsSchema, inTime()).catch(() => ({ runs: [] })),
    ]);
    return { url: client.baseUrl, reachable: true, state: 'ok', checks, champions, running: page.runs };
  } catch (error) {
    const state = isLate(error) ? 'slow' : 'away';
    return { url: client.baseUrl, reachable: false, state, checks: {}, champions: [], running: [] };
  }
}

/** Readiness, asked again while it says that something is slow: that may be away, or a moment's load. */
async function decidedReadiness(
  client: ApiClient,
  inTime: () => AbortSignal,
): Promise<z.output<typeof readySchema>> {
  const untilMs = performance.now() + decisionMs;
  for (;;) {
    const ready = await client.get('/ready', readySchema, inTime());
    const isSlow = Object.values(ready.checks).includes('slow');
    if (!isSlow || performance.now() >= untilMs) return ready;
    await sleep(askAgainMs, undefined, { signal: inTime() });
  }
}

const isLate = (error: unknown): boolean =>
  error instanceof RelevoError && error.cause instanceof Error && error.cause.name === 'TimeoutError';

/** What runs in this home and what the API says: 3 where it does not answer, 0 however ill the parts behind it are. */
export async function status({ env, terminal, api, interrupted }: CommandContext): Promise<ExitCode> {
  const { texts, colors } = terminal;
  const stack = readStack(env.RELEVO_HOME);
  const found = await readApi(await api(), interrupted);
  terminal.printJson({ home: env.RELEVO_HOME, stack: stack ?? null, api: found });
  showStack(terminal, env.RELEVO_HOME, stack);
  terminal.print();
  const worded = (state: string): string => {
    if (state === 'ok') return colors.green(texts.status.ok);
    if (state === 'slow') return colors.yellow(texts.status.slow);
    return state === 'away' ? colors.red(texts.status.away) : state;
  };
  terminal.print(`${texts.status.api}  ${found.url}  ${worded(found.state)}`);
  for (const [name, state] of Object.entries(found.checks)) terminal.print(`  ${name}: ${worded(state)}`);
  for (const { pipeline, version } of found.champions) {
    terminal.print(`  ${texts.status.champion} ${pipeline}: ${version}`);
  }
  if (found.running.length > 0) {
    terminal.print(`\n${texts.status.underWay}`);
    showRuns(terminal, found.running);
  }
  return found.reachable ? exitCodes.ok : exitCodes.unreachable;
}
