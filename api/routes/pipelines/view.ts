import type { z } from '@hono/zod-openapi';
import type { Bilingual, PipelineSpec } from '../../../contracts/pipeline.ts';
import { links } from '../../http/links.ts';
import type { ServedModel } from '../../serving/served-model.ts';
import type { inputSchema, pipelineSchema } from './routes.ts';

/** What a client sends: each input column with what is allowed in it. */
export const inputViews = (spec: PipelineSpec): z.input<typeof inputSchema>[] =>
  sentColumns(spec).flatMap((name) => {
    const column = spec.columns[name];
    if (column.kind === 'ignored') return [];
    const { kind, about, optional } = column;
    const common = { name, kind, about, optional };
    if (column.kind === 'number') {
      return [{ ...common, unit: column.unit, min: column.min, max: column.max }];
    }
    return [column.kind === 'category' ? { ...common, values: column.values } : common];
  });

/** A forecast is also told which moment it is about. */
export const sentColumns = ({ inputs, forecast }: PipelineSpec): string[] =>
  forecast ? [forecast.time, ...inputs] : inputs;

/** What a pipeline predicts, with its unit where it is a number. */
export function targetView({ target, columns }: PipelineSpec): { name: string; unit?: string | undefined } {
  const column = columns[target];
  return { name: target, unit: column.kind === 'number' ? column.unit : undefined };
}

/** A row that the pipeline's columns allow, for people to start from. */
export function exampleRow(spec: PipelineSpec): Record<string, number | string> {
  const cells = sentColumns(spec).map((name): [string, number | string] => {
    const column = spec.columns[name];
    if (column.kind === 'category') return [name, column.values[0]];
    if (column.kind !== 'number') return [name, column.kind === 'timestamp' ? 'tomorrow at 10:00' : ''];
    const { min = 0, max = min + 100 } = column;
    return [name, Math.round((min + max) / 2)];
  });
  return Object.fromEntries(cells);
}

/** A pipeline as lists show it, in the language of `text`, with its champion where one is served. */
export function pipelineView(
  spec: PipelineSpec,
  served: readonly ServedModel[],
  isDefault: boolean,
  text: (text: Bilingual) => string,
): z.input<typeof pipelineSchema> {
  const self = links.pipeline(spec.name);
  return {
    name: spec.name,
    title: text(spec.title),
    about: text(spec.about),
    target: targetView(spec),
    champion: served.find(({ version }) => version.pipeline === spec.name)?.version.version,
    isDefault,
    links: {
      self,
      predict: `${self}/predict`,
      models: `${self}/models`,
      runs: `/v1/runs?pipeline=${encodeURIComponent(spec.name)}`,
    },
  };
}

/** Which moments a forecast can be asked about; undefined for other pipelines. */
export const forecastView = ({ forecast }: PipelineSpec) =>
  forecast && {
    time: forecast.time,
    everySeconds: forecast.everySeconds,
    furthestIntervals: Math.max(...forecast.horizons),
  };
