import { RelevoError } from '../../contracts/errors.ts';
import { formatGrant, type Grant, parseGrant } from '../../contracts/security.ts';
import type { AccessRegistry } from '../../registry/access/types.ts';
import { actorName } from '../actor.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatMoment } from '../view/format.ts';

/**
 * People with a password are managed on the database itself: whoever can write there needs no other leave, and may be
 * the one who has forgotten the last administrator's password.
 */
async function withAccess<T>(
  { env }: CommandContext,
  work: (access: AccessRegistry) => Promise<T>,
): Promise<T> {
  const [{ openRegistry }, { databaseUrlOf }] = await Promise.all([
    import('../../registry/index.ts'),
    import('../up/servers.ts'),
  ]);
  const registry = openRegistry(await databaseUrlOf(env), { poolSize: 1 });
  try {
    return await work(registry.access);
  } finally {
    await registry.close();
  }
}

const record = (access: AccessRegistry, action: string, target: string, after?: unknown): Promise<void> =>
  access.audit.add({ actor: actorName(), action: `relevo users ${action}`, target, outcome: 'done', after });

/** Prints a new password, this once. */
async function newPasswordFor(
  context: CommandContext,
  name: string,
  keep: (passwordHash: string) => Promise<void>,
): Promise<ExitCode> {
  const { hashPassword, newPassword } = await import('../../registry/access/passwords.ts');
  const password = newPassword();
  await keep(await hashPassword(password));
  const { terminal } = context;
  terminal.printJson({ name, password });
  terminal.print(terminal.colors.bold(password));
  terminal.note(terminal.texts.users.once(name));
  return exitCodes.ok;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/;

/** Adds a person who logs in with a password. */
export async function createUser(
  context: CommandContext,
  name: string,
  { grant }: { grant: string[] },
): Promise<ExitCode> {
  if (!namePattern.test(name))
    throw new RelevoError('REQUEST_INVALID', 'This is no name for a user.', {
      ...{ field: 'name', value: name, expected: 'letters, digits and . _ @ -, at most 100' },
    });
  const grants = grant.flatMap((text): Grant | Grant[] => parseGrant(text) ?? []);
  return withAccess(context, (access) =>
    newPasswordFor(context, name, async (passwordHash) => {
      if (!(await access.users.create({ name, passwordHash, grants })))
        throw new RelevoError('USER_EXISTS', `There is a user ${name} already.`, {
          field: 'name',
          value: name,
        });
      await record(access, 'create', name, { grants: grant });
    }),
  );
}

/** Gives a person another password and ends their sessions. */
export const resetPassword = (context: CommandContext, name: string): Promise<ExitCode> =>
  withAccess(context, (access) =>
    newPasswordFor(context, name, async (passwordHash) => {
      await access.users.setPassword(name, passwordHash);
      await record(access, 'password', name);
    }),
  );

/** Keeps a person out, or lets them in again. */
export async function setDisabled(
  context: CommandContext,
  name: string,
  disabled: boolean,
): Promise<ExitCode> {
  const { terminal } = context;
  await withAccess(context, async (access) => {
    await access.users.setDisabled(name, disabled);
    await record(access, disabled ? 'disable' : 'enable', name);
  });
  const { users } = terminal.texts;
  terminal.printJson({ name, disabled });
  terminal.print(disabled ? users.disabled(name) : users.enabled(name));
  return exitCodes.ok;
}

/** By name, those that are kept out too; read on the database, so that no API has to run. */
export async function listUsers(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const texts = terminal.texts.users;
  const users = await withAccess(context, (access) => access.users.list());
  terminal.printJson({ users: users.map((user) => ({ ...user, grants: user.grants.map(formatGrant) })) });
  if (users.length === 0) terminal.print(texts.none);
  else
    terminal.table(
      [{ title: texts.name }, { title: texts.grants }, { title: texts.passwordOf }, { title: texts.state }],
      users.map(({ name, grants, passwordSetAt, disabledAt }) => [
        name,
        grants.map(formatGrant).join(', '),
        formatMoment(passwordSetAt),
        disabledAt === undefined ? texts.mayLogIn : texts.keptOut,
      ]),
    );
  return exitCodes.ok;
}
