import { setMaxListeners } from 'node:events';
import { followRun } from '../client/follow.ts';
import type { ApiClient } from '../client/http.ts';
import type { Run, Started } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failureLines } from '../failure.ts';
import { formatDuration } from '../view/format.ts';
import { showResult } from '../view/results.ts';
import { runFailure } from '../view/run-failure.ts';
import { openRunView } from '../view/run-progress.ts';

type Following = Pick<CommandContext, 'terminal'>;

/** Follows a run with progress on stderr, without showing its result. */
export async function watchRun(
  { terminal }: Following,
  client: ApiClient,
  id: string,
  signal: AbortSignal,
): Promise<Run> {
  const view = openRunView(terminal, id);
  setMaxListeners(0, signal);
  try {
    return await followRun(client, id, {
      signal,
      onChange: view.update,
      onAway: () => terminal.note(terminal.notes.yellow(terminal.texts.progress.reconnecting)),
    });
  } finally {
    view.close();
  }
}

/** Follows a run to its end and shows how it ended. Ctrl-C stops following, not the run. */
export async function followToEnd(context: CommandContext, client: ApiClient, id: string): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  let run: Run;
  try {
    run = await watchRun(context, client, id, interrupted);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    terminal.note(terminal.texts.run.goesOn(id));
    return exitCodes.interrupted;
  }
  return showEnd(context, run);
}

/** Says what was started, then follows it to its end or, where nobody waits, gives its id. */
export async function followStarted(
  context: CommandContext,
  client: ApiClient,
  started: Started,
  follow: boolean,
): Promise<ExitCode> {
  const { terminal } = context;
  terminal.note(terminal.texts.run.startedRun(started.id));
  if (started.links.temporalUi) terminal.note(terminal.notes.dim(started.links.temporalUi));
  if (follow) return followToEnd(context, client, started.id);
  terminal.print(started.id);
  terminal.printJson(started);
  return exitCodes.ok;
}

/** How a run ended: its result, or its typed error; the exit code says which. */
export function showEnd({ terminal, env }: Pick<CommandContext, 'terminal' | 'env'>, run: Run): ExitCode {
  const { texts } = terminal;
  terminal.printJson(run);
  const took = run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : 0;
  terminal.note(texts.run.ended(run.id, texts.run.states[run.state], formatDuration(took)));
  if (run.state === 'completed') {
    showResult(terminal, run, env.RELEVO_LANG);
    return exitCodes.ok;
  }
  const failure = runFailure(run);
  if (failure) for (const line of failureLines(failure, terminal)) terminal.note(line);
  return exitCodes.failed;
}
