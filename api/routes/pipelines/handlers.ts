import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { ApiDeps } from '../../deps.ts';
import { languageOf } from '../../http/language.ts';
import { createRouter } from '../../openapi.ts';
import { mayDo } from '../../security/authorize.ts';
import { pipelineNotFound } from '../../serving/champions/champions.ts';
import { get, list } from './routes.ts';
import { forecastView, inputViews, pipelineView } from './view.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'champions'>;

/** @throws RelevoError PIPELINE_NOT_FOUND with the nearest name. */
export function pipelineNamed(pipelines: readonly PipelineSpec[], name: string): PipelineSpec {
  const spec = pipelines.find((pipeline) => pipeline.name === name);
  if (spec !== undefined) return spec;
  throw pipelineNotFound(
    name,
    pipelines.map((pipeline) => pipeline.name),
  );
}

/**
 * The list has the pipelines that the caller may describe. The default one is the same for everybody, so that a list
 * may be without it.
 */
export function pipelineRoutes({ pipelines, champions }: Deps) {
  /** The first with a champion; while none has one, the first. */
  const defaultName = (): string | undefined => {
    const served = new Set(champions.all().map(({ version }) => version.pipeline));
    return (pipelines.find(({ name }) => served.has(name)) ?? pipelines[0])?.name;
  };
  return createRouter()
    .openapi(list, (c) => {
      const text = languageOf(c);
      const principal = c.get('principal');
      const shown = pipelines.filter(({ name }) => mayDo(principal, 'describe', name));
      const views = shown.map((spec) =>
        pipelineView(spec, champions.all(), spec.name === defaultName(), text),
      );
      return c.json({ pipelines: views }, 200);
    })
    .openapi(get, (c) => {
      const spec = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const view = pipelineView(spec, champions.all(), spec.name === defaultName(), languageOf(c));
      return c.json(
        { ...view, inputs: inputViews(spec), forecast: forecastView(spec), spec: { ...spec } },
        200,
      );
    });
}
