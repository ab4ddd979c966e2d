import type { AddCommand, Runner } from '../program.ts';
import type { Texts } from '../texts/index.ts';
import { optionParsers } from '../usage.ts';

/** `relevo drift …`: what has been found to drift, and detectors on a file of one's own. */
export function addDriftCommands(add: AddCommand, run: Runner, texts: Texts): void {
  const { options } = texts;
  const drift = add('drift');

  add('drift check', '<pipeline>', drift)
    .option('--no-ingest', options.noIngest)
    .option('--no-retrain', options.noRetrain)
    .option('--no-follow', options.noFollow)
    .action((name, given) =>
      run(async (context) => (await import('./drift/check.ts')).check(context, name, given)),
    );

  add('drift checks', '<pipeline>', drift)
    .option('--limit <number>', options.limit, optionParsers(texts).wholeNumber(1, 200))
    .action((name, given) =>
      run(async (context) => (await import('./drift/checks.ts')).checks(context, name, given)),
    );

  add('drift show', '<pipeline> [check]', drift).action((name, check) =>
    run(async (context) => (await import('./drift/show.ts')).show(context, name, check)),
  );

  add('drift replay', '', drift)
    .requiredOption('--stream <file>', options.stream)
    .action((given) =>
      run(async (context) => (await import('./drift/replay.ts')).replayStream(context, given)),
    );
}
