import { type Key, keysSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { formatMoment } from '../../view/format.ts';

/** Lists API keys, newest first; no secret is among what is known of them. */
export async function listKeys({ terminal, api, interrupted }: CommandContext): Promise<ExitCode> {
  const texts = terminal.texts.keys;
  const client = await api();
  const page = await client.get('/v1/keys?limit=200', keysSchema, interrupted);
  terminal.printJson(page);
  const state = ({ revokedAt, expiresAt }: Key): string => {
    if (revokedAt !== undefined) return texts.revokedAt(formatMoment(revokedAt));
    if (expiresAt === undefined) return texts.good;
    const shown = formatMoment(expiresAt);
    return Date.parse(expiresAt) < Date.now() ? texts.expired(shown) : texts.expires(shown);
  };
  if (page.keys.length === 0) terminal.print(texts.none);
  else
    terminal.table(
      [
        { title: texts.id },
        { title: texts.name },
        { title: texts.grants },
        { title: texts.state },
        { title: texts.used },
      ],
      page.keys.map((key) => [
        key.id,
        key.name,
        key.grants.join(', '),
        state(key),
        key.lastUsedAt === undefined ? '–' : formatMoment(key.lastUsedAt),
      ]),
    );
  return exitCodes.ok;
}
