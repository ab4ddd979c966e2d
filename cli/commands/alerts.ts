import { actorName } from '../actor.ts';
import { pathSegment, queryOf } from '../client/http.ts';
import { alertAnswerSchema, alertsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatMoment } from '../view/format.ts';

const defaultLimit = 20;

export interface AlertsOptions {
  pipeline?: string;
  state?: string;
  limit?: number;
}

/** Lists alerts, those that stand and those that are over, newest first. */
export async function alerts(
  { terminal, api, env, interrupted }: CommandContext,
  { pipeline, state, limit = defaultLimit }: AlertsOptions,
): Promise<ExitCode> {
  const { colors } = terminal;
  const texts = terminal.texts.alerts;
  const client = await api();
  const query = queryOf({ limit, pipeline, state });
  const page = await client.get(`/v1/alerts?${query}`, alertsSchema, interrupted);
  terminal.printJson(page);
  const marks = { info: colors.dim, warning: colors.yellow, critical: colors.red };
  if (page.alerts.length === 0) terminal.print(texts.none);
  else
    terminal.table(
      [
        { title: texts.id },
        { title: texts.severity },
        { title: texts.state },
        { title: texts.pipeline },
        { title: texts.message },
        { title: texts.times, align: 'right' },
        { title: texts.last },
      ],
      page.alerts.map((alert) => [
        alert.id,
        marks[alert.severity](texts.severities[alert.severity]),
        texts.states[alert.state],
        alert.pipeline,
        alert.message[env.RELEVO_LANG],
        String(alert.count),
        formatMoment(alert.lastAt),
      ]),
    );
  return exitCodes.ok;
}

/** Says that somebody has seen an alert. */
export async function acknowledge(
  { terminal, api, interrupted }: CommandContext,
  id: string,
  { note }: { note?: string },
): Promise<ExitCode> {
  const client = await api();
  const path = `/v1/alerts/${pathSegment(id)}/acknowledge`;
  const alert = await client.post(path, { actor: actorName(), note }, alertAnswerSchema, interrupted);
  terminal.printJson(alert);
  terminal.print(terminal.texts.alerts.acknowledged(alert.id));
  return exitCodes.ok;
}

/** Sends nothing of an alert for a while. */
export async function silence(
  { terminal, api, interrupted }: CommandContext,
  id: string,
  { minutes }: { minutes: number },
): Promise<ExitCode> {
  const client = await api();
  const path = `/v1/alerts/${pathSegment(id)}/silence`;
  const alert = await client.post(path, { minutes }, alertAnswerSchema, interrupted);
  terminal.printJson(alert);
  const until = alert.silencedUntil === undefined ? '' : formatMoment(alert.silencedUntil);
  terminal.print(terminal.texts.alerts.silenced(alert.id, until));
  return exitCodes.ok;
}
