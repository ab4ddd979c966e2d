import type { ContestAction } from '../../contracts/contest.ts';
import type { AddCommand, Runner } from '../program.ts';
import type { Texts } from '../texts/index.ts';

/** `relevo contest …`: champion against challengers, and a person's word in it. */
export function addContestCommands(add: AddCommand, run: Runner, { options }: Texts): void {
  const contest = add('contest');

  add('contest list', '<pipeline>', contest).action((name) =>
    run(async (context) => (await import('./contest/list.ts')).listContests(context, name)),
  );
  add('contest show', '<pipeline> <version>', contest).action((name, version) =>
    run(async (context) => (await import('./contest/show.ts')).showContest(context, name, version)),
  );
  add('contest start', '<pipeline> <version>', contest)
    .option('--no-follow', options.noFollow)
    .action((name, version, given) =>
      run(async (context) =>
        (await import('./contest/start.ts')).startContest(context, name, version, given),
      ),
    );
  const steer = (action: ContestAction): void => {
    add(`contest ${action}`, '<pipeline> <version>', contest)
      .requiredOption('--reason <text>', options.reason)
      .action((name, version, given) =>
        run(async (context) =>
          (await import('./contest/steer.ts')).steerContest(context, name, version, action, given),
        ),
      );
  };
  for (const action of ['approve', 'reject', 'advance', 'stop'] as const) steer(action);
}
