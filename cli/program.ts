import { Argument, Command, type Help, Option } from 'commander';
import { alertStates } from '../contracts/alerts.ts';
import { runKinds } from '../contracts/ids.ts';
import { retrainModes } from '../contracts/retrain.ts';
import { explainMethodSchema, runStates } from '../contracts/runs.ts';
import { addAccessCommands } from './commands/access.ts';
import { addContestCommands } from './commands/contest.ts';
import { addDriftCommands } from './commands/drift.ts';
import type { CommandContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import type { Texts } from './texts/index.ts';
import { optionParsers } from './usage.ts';
import { widthOf } from './view/width.ts';

export interface GlobalOptions {
  json?: boolean;
  verbose?: boolean;
  url?: string;
}

/** Does a command: gets its context ready, keeps its exit code. */
export type Runner = (work: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

/** Adds a command by its words, to the program or to the group that its first word names. */
export type AddCommand = (usage: keyof Texts['commands'], args?: string, group?: Command) => Command;

/** Headings of commander's help in the person's language, and widths as a terminal counts them. */
function localHelp(terminal: Pick<Terminal, 'texts' | 'colors'>): Partial<Help> {
  const { texts, colors } = terminal;
  const titles: Record<string, string> = {
    'Usage:': texts.help.usage,
    'Arguments:': texts.help.arguments,
    'Options:': texts.help.options,
    'Global Options:': texts.help.globalOptions,
    'Commands:': texts.help.commands,
  };
  return {
    showGlobalOptions: true,
    displayWidth: widthOf,
    styleTitle: (title) => colors.bold(titles[title] ?? title),
    styleCommandText: (text) => colors.cyan(text),
    styleSubcommandText: (text) => colors.cyan(text),
    styleOptionText: (text) => colors.green(text),
    optionDescription(option) {
      const { description, argChoices } = option;
      return argChoices === undefined ? description : `${description} (${argChoices.join(', ')})`;
    },
  };
}

/** The commands with their arguments, options and examples; what they do is loaded when one is called. */
export function createProgram(
  terminal: Pick<Terminal, 'texts' | 'colors'>,
  version: string,
  run: Runner,
): Command {
  const { texts } = terminal;
  const { commands, options, examples } = texts;
  const parse = optionParsers(texts);
  const program = new Command('relevo')
    .description(texts.help.about)
    .version(version, '-V, --version', options.version)
    .option('--json', options.json)
    .option('--verbose', options.verbose)
    .option('--url <url>', options.url, parse.url)
    .helpOption('-h, --help', options.help)
    .helpCommand('help [command]', options.helpCommand)
    .configureHelp(localHelp(terminal))
    .showHelpAfterError(false)
    .addHelpText('after', `\n${texts.help.exitCodes}`);

  const command: AddCommand = (usage, args = '', group = program) => {
    const added = group
      .command(`${usage.split(' ').at(-1)} ${args}`.trim())
      .description(commands[usage])
      .helpOption('-h, --help', options.help);
    const lines = examples[usage].map((line) => `  $ ${line}`);
    return added.addHelpText('after', `\n${terminal.colors.bold(texts.help.examples)}\n${lines.join('\n')}`);
  };

  command('up')
    .option('--no-train', options.noTrain)
    .option('--watch <folder>', options.watch)
    .action((given) => run(async (context) => (await import('./commands/up.ts')).up(context, given)));

  command('train', '<pipeline>')
    .option('--source <name>', options.source)
    .option('--dataset <version>', options.dataset)
    .option('--seed <number>', options.seed, parse.wholeNumber(-(2 ** 31), 2 ** 31 - 1))
    .option('--candidates <names>', options.candidates, parse.list)
    .option('--trials <number>', options.trials, parse.wholeNumber(0, 10_000))
    .addOption(new Option('--ingest <when>', options.ingest).choices(['first', 'if-missing', 'never']))
    .option('--no-promote', options.noPromote)
    .option('--no-follow', options.noFollow)
    .action((name, given) =>
      run(async (context) => (await import('./commands/train.ts')).train(context, name, given)),
    );

  command('retrain', '<pipeline>')
    .addOption(new Option('--mode <mode>', options.mode).choices(['auto', ...retrainModes]))
    .option('--check <id>', options.check)
    .option('--dataset <version>', options.dataset)
    .option('--reason <text>', options.reason)
    .option('--no-promote', options.noPromote)
    .option('--no-follow', options.noFollow)
    .action((name, given) =>
      run(async (context) => (await import('./commands/retrain.ts')).retrain(context, name, given)),
    );

  command('breaker', '<pipeline>')
    .addArgument(new Argument('[state]', options.breakerState).choices(['open', 'close']))
    .option('--reason <text>', options.reason)
    .action((name, force, given) =>
      run(async (context) => (await import('./commands/breaker.ts')).breaker(context, name, force, given)),
    );

  command('ingest', '<pipeline>')
    .option('--source <name>', options.source)
    .option('--no-follow', options.noFollow)
    .action((name, given) =>
      run(async (context) => (await import('./commands/ingest.ts')).ingest(context, name, given)),
    );

  command('predict', '<pipeline> [file]')
    .option('--row <json>', options.row)
    .option('--file <path>', options.rowsFile)
    .option('--out <file>', options.predictionsOut)
    .option('--key <column>', options.keyColumn)
    .action((name, file, given) =>
      run(async (context) => (await import('./commands/predict.ts')).predict(context, name, file, given)),
    );

  command('outcomes', '<pipeline> [file]').action((name, file) =>
    run(async (context) => (await import('./commands/outcomes.ts')).outcomes(context, name, file)),
  );

  command('forecast', '<pipeline>')
    .requiredOption('--at <moment...>', options.at)
    .option('--set <column=value...>', options.set)
    .action((name, given) =>
      run(async (context) => (await import('./commands/forecast.ts')).forecast(context, name, given)),
    );

  command('explain', '<pipeline> [file]')
    .option('--row <json>', options.row)
    .addOption(new Option('--method <name>', options.method).choices(explainMethodSchema.options))
    .action((name, file, given) =>
      run(async (context) => (await import('./commands/explain.ts')).explain(context, name, file, given)),
    );

  command('data', '<pipeline>')
    .option('--dataset <version>', options.dataVersion)
    .option('--against <id>', options.against)
    .option('--out <file>', options.out)
    .action((name, given) =>
      run(async (context) => (await import('./commands/data.ts')).data(context, name, given)),
    );

  addContestCommands(command, run, texts);
  addDriftCommands(command, run, texts);
  addAccessCommands(command, run, texts);

  const alerts = command('alerts')
    .option('--pipeline <name>', options.ofPipeline)
    .addOption(new Option('--state <state>', options.ofAlertState).choices(alertStates))
    .option('--limit <number>', options.limit, parse.wholeNumber(1, 200))
    .action((given) => run(async (context) => (await import('./commands/alerts.ts')).alerts(context, given)));

  command('alerts acknowledge', '<id>', alerts)
    .option('--note <text>', options.note)
    .action((id, given) =>
      run(async (context) => (await import('./commands/alerts.ts')).acknowledge(context, id, given)),
    );

  command('alerts silence', '<id>', alerts)
    .requiredOption('--minutes <number>', options.minutes, parse.wholeNumber(0, 527_040))
    .action((id, given) =>
      run(async (context) => (await import('./commands/alerts.ts')).silence(context, id, given)),
    );

  command('status').action(() =>
    run(async (context) => (await import('./commands/status.ts')).status(context)),
  );

  command('runs')
    .option('--pipeline <name>', options.ofPipeline)
    .addOption(new Option('--kind <kind>', options.ofKind).choices(runKinds))
    .addOption(new Option('--state <state>', options.ofState).choices(runStates))
    .option('--limit <number>', options.limit, parse.wholeNumber(1, 200))
    .action((given) => run(async (context) => (await import('./commands/runs.ts')).runs(context, given)));

  command('run', '<id>')
    .option('--no-follow', options.noFollow)
    .action((id, given) =>
      run(async (context) => (await import('./commands/run.ts')).run(context, id, given)),
    );

  command('cancel', '<id>').action((id) =>
    run(async (context) => (await import('./commands/cancel.ts')).cancel(context, id)),
  );

  command('models', '<pipeline>')
    .option('--limit <number>', options.limit, parse.wholeNumber(1, 200))
    .action((name, given) =>
      run(async (context) => (await import('./commands/models.ts')).models(context, name, given)),
    );

  command('adopt', '<pipeline>')
    .addArgument(new Argument('<registered>', options.registered))
    .option('--model <name>', options.registeredModel)
    .option('--features <columns>', options.features, parse.list)
    .option('--classes <names>', options.classes, parse.list)
    .action((name, which, given) =>
      run(async (context) => (await import('./commands/adopt.ts')).adopt(context, name, which, given)),
    );

  command('promote', '<pipeline> <version>')
    .option('--reason <text>', options.reason)
    .action((name, wanted, given) =>
      run(async (context) => (await import('./commands/promote.ts')).promote(context, name, wanted, given)),
    );

  command('rollback', '<pipeline>')
    .option('--reason <text>', options.reason)
    .action((name, given) =>
      run(async (context) => (await import('./commands/rollback.ts')).rollback(context, name, given)),
    );

  command('pipelines').action(() =>
    run(async (context) => (await import('./commands/pipelines.ts')).pipelines(context)),
  );

  command('doctor').action(() =>
    run(async (context) => (await import('./commands/doctor.ts')).doctor(context)),
  );

  return program;
}

/** Makes commander throw what it would print and exit with, for a command and those below it. */
export function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.configureOutput({ writeErr: () => {}, outputError: () => {} });
  for (const below of command.commands) throwInsteadOfExit(below);
}
