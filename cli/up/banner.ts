import { isAuthRequired } from '../../contracts/auth.ts';
import type { Environment } from '../../contracts/env.ts';
import type { Terminal } from '../terminal.ts';
import { writeFirstPassword } from './access.ts';
import { shortPath, withoutPassword } from './addresses.ts';
import type { Addresses } from './stack.ts';

/** One table of where everything is. */
export function showAddresses(terminal: Terminal, env: Environment, addresses: Addresses): void {
  const { texts, colors } = terminal;
  const { apiUrl, databaseUrl, temporalAddress, temporalUiUrl } = addresses;
  const shown = {
    api: apiUrl,
    docs: `${apiUrl}/docs`,
    temporalUi: temporalUiUrl,
    temporal: temporalAddress,
    database: withoutPassword(databaseUrl),
    home: env.RELEVO_HOME,
    data: env.RELEVO_DATA,
    watch: env.RELEVO_WATCH,
  };
  terminal.printJson({ event: 'ready', ...shown });
  terminal.print();
  terminal.table(
    [{ title: texts.up.part }, { title: texts.up.address, style: colors.cyan }],
    [
      [texts.up.api, shown.api],
      [texts.up.docs, shown.docs],
      ...(shown.temporalUi ? [[texts.up.temporalUi, shown.temporalUi]] : []),
      [texts.up.temporal, shown.temporal],
      [texts.up.database, shown.database],
      [texts.up.home, shortPath(shown.home)],
      [texts.up.data, shown.data ?? texts.up.noData],
      ...(shown.watch ? [[texts.up.watch, shown.watch]] : []),
    ],
  );
  terminal.print();
}

/** Who can get in: everybody here, or the administrator whose password is told this once, on a terminal alone. */
export async function showAccess(terminal: Terminal, env: Environment, addresses: Addresses): Promise<void> {
  const { texts, notes } = terminal;
  if (!isAuthRequired(env)) return terminal.note(notes.yellow(texts.up.noAuth));
  const { firstAdmin } = addresses;
  if (firstAdmin === undefined) return;
  const { name, password } = firstAdmin;
  if (terminal.live) terminal.note(texts.up.firstAdmin(name, notes.bold(password)));
  else
    terminal.note(
      texts.up.firstAdminFile(name, shortPath(await writeFirstPassword(env.RELEVO_HOME, firstAdmin))),
    );
}
