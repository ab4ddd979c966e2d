import type { AddCommand, Runner } from '../program.ts';
import type { Texts } from '../texts/index.ts';

/** `relevo drift …`: what has been found to drift, and detectors on a file of one's own. */
export function addDriftCommands(add: AddCommand, run: Runner, { options }: Texts): void {
  const drift = add('drift');

  add('drift replay', '', drift)
    .requiredOption('--stream <file>', options.stream)
    .action((given) =>
      run(async (context) => (await import('./drift/replay.ts')).replayStream(context, given)),
    );
}
