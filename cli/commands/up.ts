import { createApiClient } from '../client/http.ts';
import { keyFor } from '../client/open.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showFailure } from '../failure.ts';
import { showAccess, showAddresses } from '../up/banner.ts';
import { endWithChampion } from '../up/first-run.ts';
import { openStack, type Stack } from '../up/stack.ts';
import { withWatch } from '../up/watch.ts';
import { formatDuration } from '../view/format.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Starts everything, watches it, and stops it in order when told to; a second signal ends it at once. */
export async function up(
  { env: settings, terminal }: CommandContext,
  { train, watch }: { train: boolean; watch?: string },
): Promise<ExitCode> {
  const startedAtMs = Date.now();
  const env = await withWatch(settings, watch);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stack = openStack(env, terminal, signal);
  const unlisten = onStopSignals(stopping, stack, terminal);
  let exitCode: ExitCode = exitCodes.ok;
  try {
    await live();
  } catch (error) {
    if (!signal.aborted) exitCode = showFailure(error, terminal);
  }
  stopping.abort();
  await stack.stop();
  if (exitCode === exitCodes.ok) terminal.note(terminal.texts.up.stopped);
  unlisten();
  return exitCode;

  async function live(): Promise<void> {
    const addresses = await stack.start();
    showAddresses(terminal, env, addresses);
    await showAccess(terminal, env, addresses);
    const client = createApiClient(addresses.apiUrl, env.RELEVO_LANG, keyFor(env));
    const gaveUp = stack.gaveUp();
    const ready = formatDuration(Date.now() - startedAtMs);
    terminal.note(terminal.texts.up.ready(ready));
    const options = { env, terminal, client, addresses, startedAtMs, signal, train };
    const told = endWithChampion(options).catch((error: unknown) => {
      if (!signal.aborted) showFailure(error, terminal);
    });
    await Promise.race([gaveUp, told]);
    if (!signal.aborted) terminal.note(`\n${terminal.texts.up.running}`);
    await Promise.race([gaveUp, aborted(signal)]);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** The first signal stops in order; a later one, after a moment in which a terminal may repeat itself, ends at once. */
function onStopSignals(
  stopping: AbortController,
  stack: Stack,
  terminal: CommandContext['terminal'],
): () => void {
  const { texts } = terminal;
  let firstAtMs: number | undefined;
  const onSignal = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = Date.now();
      terminal.note(`\n${texts.up.again}`);
      stopping.abort();
    } else if (Date.now() - firstAtMs > repeatMs) {
      stack.kill();
      terminal.note(texts.up.forced);
      process.exit(exitCodes.interrupted);
    }
  };
  for (const name of stopSignals) process.on(name, onSignal);
  return () => {
    for (const name of stopSignals) process.off(name, onSignal);
  };
}

const repeatMs = 300;
