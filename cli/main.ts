import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { type Environment, parseEnvironment } from '../contracts/env.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { showFailure } from './failure.ts';
import { createProgram, type GlobalOptions, type Runner } from './program.ts';
import { createTerminal } from './terminal.ts';
import { textsFor } from './texts/index.ts';
import { usageMessage } from './usage.ts';

/** Settings, or why there are none: help and doctor work without. */
function readEnvironment(): { env: Environment; fault: undefined } | { env: undefined; fault: unknown } {
  try {
    return { env: parseEnvironment(process.env), fault: undefined };
  } catch (fault) {
    return { env: undefined, fault };
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
  const { env, fault } = readEnvironment();
  const texts = textsFor(process.env.RELEVO_LANG);
  const flags = new Set(args);
  const terminal = createTerminal({ texts, json: flags.has('--json'), verbose: flags.has('--verbose') });
  const interruption = new AbortController();
  let exitCode: number = exitCodes.ok;

  const run: Runner = async (work) => {
    const { url } = program.opts<GlobalOptions>();
    const doctorOnly = program.args[0] === 'doctor';
    if (env === undefined && !doctorOnly) throw fault;
    if (program.args[0] !== 'up') onInterrupt(interruption);
    const context: CommandContext = {
      env: env ?? parseEnvironment({}),
      terminal,
      interrupted: interruption.signal,
      async api() {
        const { openApi } = await import('./client/open.ts');
        return openApi(context.env, url);
      },
    };
    exitCode = await work(context);
  };

  const program = createProgram(terminal, version(), run);
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({ writeErr: () => {}, outputError: () => {} });
  }

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
    const { text, hint } = usageMessage(error, texts);
    const known = program.commands.find((command) => command.name() === given.find((word) => !word.startsWith('-')));
    const remedy = hint ?? texts.usage.seeHelp(known?.name());
    return showFailure(new RelevoError('REQUEST_INVALID', text, { remedy }), terminal);
  }
}

process.exitCode = await main(process.argv.slice(2));
