import type { ApiClient } from '../client/http.ts';
import { type Run, readySchema, runsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showRuns } from '../view/runs.ts';
import { readStack, showStack } from '../view/stack.ts';

interface ApiStatus {
  url: string;
  reachable: boolean;
  checks: Record<string, string>;
  champions: { pipeline: string; version: string }[];
  running: Run[];
}

async function readApi(client: ApiClient, signal: AbortSignal): Promise<ApiStatus> {
  const away = { url: client.baseUrl, reachable: false, checks: {}, champions: [], running: [] };
  try {
    const [ready, page] = await Promise.all([
      client.get('/ready', readySchema, signal),
      client.get('/v1/runs?state=running', runsSchema, signal).catch(() => ({ runs: [] })),
    ]);
    const { checks, champions } = ready;
    return { url: client.baseUrl, reachable: true, checks, champions, running: page.runs };
  } catch {
    return away;
  }
}

export async function status({ env, terminal, api, interrupted }: CommandContext): Promise<ExitCode> {
  const { texts, colors } = terminal;
  const stack = readStack(env.RELEVO_HOME);
  const found = await readApi(await api(), interrupted);
  terminal.printJson({ home: env.RELEVO_HOME, stack: stack ?? null, api: found });
  showStack(terminal, env.RELEVO_HOME, stack);
  terminal.print();
  const word = found.reachable ? colors.green(texts.status.ok) : colors.red(texts.status.away);
  terminal.print(`${texts.status.api}  ${found.url}  ${word}`);
  for (const [name, state] of Object.entries(found.checks)) terminal.print(`  ${name}: ${state}`);
  for (const { pipeline, version } of found.champions) {
    terminal.print(`  ${texts.status.champion} ${pipeline}: ${version}`);
  }
  if (found.running.length > 0) {
    terminal.print(`\n${texts.status.underWay}`);
    showRuns(terminal, found.running);
  }
  return found.reachable ? exitCodes.ok : exitCodes.unreachable;
}
