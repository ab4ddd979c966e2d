import { pipelinesSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** The pipelines that the key may describe, with their champions. */
export async function pipelines({ terminal, api, interrupted }: CommandContext): Promise<ExitCode> {
  const { texts } = terminal;
  const client = await api();
  const answer = await client.get('/v1/pipelines', pipelinesSchema, interrupted);
  terminal.printJson(answer);
  terminal.table(
    [
      { title: texts.pipelines.name },
      { title: texts.pipelines.title },
      { title: texts.pipelines.target },
      { title: texts.pipelines.champion },
    ],
    answer.pipelines.map(({ name, title, target, champion }) => [
      name,
      title,
      target.unit ? `${target.name} (${target.unit})` : target.name,
      champion ?? texts.status.noChampion,
    ]),
  );
  return exitCodes.ok;
}
