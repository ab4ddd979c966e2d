import type { NewKey } from '../../client/schemas.ts';
import type { Terminal } from '../../terminal.ts';
import { formatMoment } from '../../view/format.ts';

/** A key with its secret, which nobody can read again. */
export function showNewKey(terminal: Terminal, { key, previousUntil }: NewKey): void {
  const { texts, colors } = terminal;
  terminal.print(colors.bold(key));
  terminal.note(texts.keys.once);
  if (previousUntil !== undefined) terminal.note(texts.keys.overlap(formatMoment(previousUntil)));
}
