import { pathSegment } from '../client/http.ts';
import { modelsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatMoment } from '../view/format.ts';
import { estimateOf, metricTitle } from '../view/metrics.ts';

const defaultLimit = 20;

/** The newest versions of a pipeline, 20 unless told, with their metric on test rows and its 95 % interval. */
export async function models(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  { limit = defaultLimit }: { limit?: number },
): Promise<ExitCode> {
  const { texts, colors } = terminal;
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/models?limit=${limit}`;
  const page = await client.get(path, modelsSchema, interrupted);
  terminal.printJson(page);
  if (page.models.length === 0) {
    terminal.print(texts.models.none(pipeline));
    return exitCodes.ok;
  }
  terminal.table(
    [
      { title: texts.models.version },
      { title: texts.models.alias, style: colors.green },
      { title: texts.candidates.candidate },
      { title: `${texts.champion.metric} [95 %]` },
      { title: texts.models.dataset },
      { title: texts.models.created },
      { title: '', style: colors.yellow },
    ],
    page.models.map(
      ({ version, aliases = [], candidate, metric, metrics, datasetVersion, createdAt, synthetic }) => [
        version,
        aliases.join(', '),
        candidate,
        `${metricTitle(metric)} ${estimateOf(metrics, metric)}`,
        datasetVersion,
        formatMoment(createdAt),
        synthetic ? texts.models.synthetic : '',
      ],
    ),
  );
  return exitCodes.ok;
}
