import { InvalidArgumentError } from 'commander';
import { parseGrant } from '../../contracts/security.ts';
import type { AddCommand, Runner } from '../program.ts';
import type { Texts } from '../texts/index.ts';
import { optionParsers } from '../usage.ts';

const mostRequests = 1_000_000;
const longestDays = 3_650;
const longestOverlapHours = 720;

/** `relevo keys …`, `relevo users …` and `relevo audit`: who may do what, and who did. */
export function addAccessCommands(add: AddCommand, run: Runner, texts: Texts): void {
  const { options, usage } = texts;
  const parse = optionParsers(texts);
  const grant = (text: string, before: string[] = []): string[] => {
    if (parseGrant(text) === undefined) throw new InvalidArgumentError(usage.grant);
    return [...before, text];
  };

  const keys = add('keys');
  add('keys create', '<name>', keys)
    .requiredOption('--grant <role...>', options.grant, grant)
    .option('--days <number>', options.days, parse.wholeNumber(1, longestDays))
    .option('--rate <number>', options.rate, parse.wholeNumber(1, mostRequests))
    .action((name, given) =>
      run(async (context) => (await import('./keys/create.ts')).createKey(context, name, given)),
    );
  add('keys list', '', keys).action(() =>
    run(async (context) => (await import('./keys/list.ts')).listKeys(context)),
  );
  add('keys rotate', '<id>', keys)
    .option('--overlap <hours>', options.overlap, parse.wholeNumber(0, longestOverlapHours))
    .action((id, given) =>
      run(async (context) => (await import('./keys/change.ts')).rotateKey(context, id, given)),
    );
  add('keys revoke', '<id>', keys).action((id) =>
    run(async (context) => (await import('./keys/change.ts')).revokeKey(context, id)),
  );

  const users = add('users');
  add('users create', '<name>', users)
    .requiredOption('--grant <role...>', options.grant, grant)
    .action((name, given) =>
      run(async (context) => (await import('./users.ts')).createUser(context, name, given)),
    );
  add('users list', '', users).action(() =>
    run(async (context) => (await import('./users.ts')).listUsers(context)),
  );
  add('users password', '<name>', users).action((name) =>
    run(async (context) => (await import('./users.ts')).resetPassword(context, name)),
  );
  for (const action of ['disable', 'enable'] as const)
    add(`users ${action}`, '<name>', users).action((name) =>
      run(async (context) => (await import('./users.ts')).setDisabled(context, name, action === 'disable')),
    );

  add('audit')
    .option('--actor <name>', options.ofActor)
    .option('--pipeline <name>', options.ofPipeline)
    .option('--limit <number>', options.limit, parse.wholeNumber(1, 200))
    .action((given) => run(async (context) => (await import('./audit.ts')).audit(context, given)));
}
