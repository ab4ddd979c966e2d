import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { type Environment, parseEnvironment } from '../contracts/env.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { showFailure } from './failure.ts';
import { createProgram, type GlobalOptions, type Runner, throwInsteadOfExit } from './program.ts';
import { createTerminal } from './terminal.ts';
import { textsFor } from './texts/index.ts';
import { commandIn, usageMessage } from './usage.ts';

interface Settings {
  env: Environment;
  /** Why some settings could not be read; `env` then holds the others. */
  fault?: RelevoError;
}

/** The settings; help and doctor work with what can be read of them. */
function readSettings(): Settings {
  const variables = { ...process.env };
  let fault: RelevoError | undefined;
  for (;;) {
    try {
      return { env: parseEnvironment(variables), fault };
    } catch (error) {
      if (!(error instanceof RelevoError) || fault !== undefined) throw error;
      fault = error;
      for (const { field } of [error.details, ...(error.details.issues ?? [])]) delete variables[field ?? ''];
    }
  }
}

const version = (): string => {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};

function onInterrupt(controller: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
}

async function main(args: string[]): Promise<number> {
  const { env, fault } = readSettings();
  const texts = textsFor(env.RELEVO_LANG);
  const flags = new Set(args);
  const terminal = createTerminal({ texts, json: flags.has('--json'), verbose: flags.has('--verbose') });
  const interruption = new AbortController();
  let exitCode: number = exitCodes.ok;

  const run: Runner = async (work) => {
    const { url } = program.opts<GlobalOptions>();
    if (fault !== undefined && program.args[0] !== 'doctor') throw fault;
    if (program.args[0] !== 'up') onInterrupt(interruption);
    const context: CommandContext = {
      env,
      terminal,
      interrupted: interruption.signal,
      async api() {
        const { openApi } = await import('./client/open.ts');
        return openApi(env, url);
      },
    };
    exitCode = await work(context);
  };

  const program = createProgram(terminal, version(), run);
  throwInsteadOfExit(program);

  try {
    if (args.length === 0) {
      terminal.print(program.helpInformation());
      return exitCodes.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return explainUsage(error, args);
    if (interruption.signal.aborted) return exitCodes.interrupted;
    return showFailure(error, terminal);
  }

  function explainUsage(error: CommanderError, given: string[]): number {
    if (error.exitCode === 0) return exitCodes.ok;
    const group = program.commands.find((command) => command.name() === given[0]);
    if (error.code === 'commander.help' && group !== undefined) {
      terminal.note(group.helpInformation());
      return exitCodes.usage;
    }
    const { text, hint } = usageMessage(error, texts);
    const remedy = hint ?? texts.usage.seeHelp(commandIn(program, given));
    return showFailure(new RelevoError('REQUEST_INVALID', text, { remedy }), terminal);
  }
}

process.exitCode = await main(process.argv.slice(2));
