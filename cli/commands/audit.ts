import { queryOf } from '../client/http.ts';
import { auditSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatMoment } from '../view/format.ts';

const defaultLimit = 20;

export interface AuditOptions {
  actor?: string;
  pipeline?: string;
  limit?: number;
}

/** Lists who changed what, newest first. */
export async function audit(
  { terminal, api, interrupted }: CommandContext,
  { actor, pipeline, limit = defaultLimit }: AuditOptions,
): Promise<ExitCode> {
  const { colors } = terminal;
  const texts = terminal.texts.audit;
  const client = await api();
  const query = queryOf({ limit, actor, pipeline });
  const page = await client.get(`/v1/audit?${query}`, auditSchema, interrupted);
  terminal.printJson(page);
  const marks = { done: colors.green, refused: colors.yellow, failed: colors.red };
  if (page.events.length === 0) terminal.print(texts.none);
  else
    terminal.table(
      [
        { title: texts.at },
        { title: texts.actor },
        { title: texts.action },
        { title: texts.target },
        { title: texts.outcome },
      ],
      page.events.map(({ at, actor: who, action, target, outcome }) => [
        formatMoment(at),
        who,
        action,
        target,
        marks[outcome](texts.outcomes[outcome]),
      ]),
    );
  return exitCodes.ok;
}
