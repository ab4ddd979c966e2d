import { actorName } from '../actor.ts';
import { pathSegment } from '../client/http.ts';
import { breakerAnswerSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatMoment } from '../view/format.ts';

const eventsShown = 10;

/** Shows the circuit breaker of a pipeline's retraining, or forces it. */
export async function breaker(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  force: 'open' | 'close' | undefined,
  { reason }: { reason?: string },
): Promise<ExitCode> {
  const { colors } = terminal;
  const texts = terminal.texts.breaker;
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/breaker`;
  const body = { state: force === 'open' ? 'open' : 'closed', reason, actor: actorName() };
  const answer =
    force === undefined
      ? await client.get(`${path}?limit=${eventsShown}`, breakerAnswerSchema, interrupted)
      : await client.post(path, body, breakerAnswerSchema, interrupted);
  terminal.printJson(answer);
  const { state, forced, failures, losses, spent } = answer.breaker;
  const mark = state === 'closed' ? colors.green : colors.yellow;
  terminal.print(`${mark(texts.states[state])}${forced ? ` (${texts.forced})` : ''}`);
  terminal.print(texts.inARow(failures, losses));
  terminal.print(texts.spent(spent.retrains, spent.computeMinutes));
  if (answer.history.length === 0) return exitCodes.ok;
  terminal.print();
  terminal.table(
    [
      { title: texts.at },
      { title: texts.action },
      { title: texts.state },
      { title: texts.by },
      { title: texts.why },
    ],
    answer.history
      .slice(0, eventsShown)
      .map(({ at, action, to, actor, reason: why }) => [
        formatMoment(at),
        texts.actions[action],
        texts.states[to],
        actor,
        why,
      ]),
  );
  return exitCodes.ok;
}
