import { RelevoError } from '../../contracts/errors.ts';
import type { ApiClient } from '../client/http.ts';
import { pathSegment } from '../client/http.ts';
import { type ModelInfo, type ModelMetrics, modelInfoSchema, modelMetricsSchema } from '../client/schemas.ts';
import type { Terminal } from '../terminal.ts';
import { formatNumber } from '../view/format.ts';
import { showMetrics } from '../view/metrics.ts';
import { curlLine } from '../view/shell.ts';
import type { ExampleRow } from './example-row.ts';

export interface Champion {
  info: ModelInfo;
  metrics: ModelMetrics;
}

/** The version that answers for a pipeline; undefined where it has none yet. */
export async function readChampion(
  client: ApiClient,
  pipeline: string,
  signal: AbortSignal,
): Promise<Champion | undefined> {
  const query = `pipeline=${pathSegment(pipeline)}`;
  try {
    const info = await client.get(`/model/info?${query}`, modelInfoSchema, signal);
    const metrics = await client.get(`/model/metrics?${query}`, modelMetricsSchema, signal);
    return { info, metrics };
  } catch (error) {
    if (error instanceof RelevoError && error.code === 'CHAMPION_MISSING') return undefined;
    throw error;
  }
}

/** Which model answers, from what data, how well on rows that it had not seen. */
export function showChampion(terminal: Terminal, { info, metrics }: Champion): void {
  const { texts, colors } = terminal;
  terminal.print(colors.bold(texts.champion.title(info.pipeline, `${info.version} (${info.candidate})`)));
  terminal.print(texts.champion.trainedOn(info.datasetVersion));
  terminal.print(info.synthetic ? colors.yellow(texts.champion.synthetic) : texts.champion.real);
  terminal.print();
  showMetrics(terminal, metrics.metrics, info.target.unit ?? '');
}

/** A line to paste, with a row of the data that the champion was trained on. */
export function showCurl(terminal: Terminal, apiUrl: string, info: ModelInfo, example: ExampleRow): void {
  const { texts, colors } = terminal;
  terminal.print();
  const { actual } = example;
  const measured =
    actual === null
      ? ''
      : `  ${colors.dim(texts.up.actual(formatNumber(actual), info.target.unit ?? '', info.synthetic))}`;
  terminal.print(`${texts.up.tryIt}${measured}`);
  terminal.print(curlLine(`${apiUrl}/predict`, example.row));
}
