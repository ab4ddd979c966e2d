import { z } from 'zod';
import type { MlflowExperiment } from '../../../registry/mlflow/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { pipelineFilter, pipelineGuard } from './access.ts';
import type { AddEndpoint } from './endpoint.ts';
import { id, optionalText, pairs, searchFields, searchOf, tagKey, texts, viewType } from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry' | 'pipelines'>;

const name = z.string().min(1).max(500);
const tagLength = 20_000;

const experimentJson = (experiment: MlflowExperiment) => ({
  experiment_id: experiment.id,
  name: experiment.name,
  artifact_location: experiment.artifactLocation,
  lifecycle_stage: experiment.lifecycleStage,
  creation_time: experiment.createdMs,
  last_update_time: experiment.updatedMs,
  tags: pairs(experiment.tags),
});

/**
 * A search leaves out what the caller may not read after its page was cut, so that a page may hold less than asked for.
 */
export function addExperiments(add: AddEndpoint, { registry, pipelines }: Deps): void {
  const { experiments } = registry.mlflow;
  const guard = pipelineGuard({ pipelines });
  const isVisible = pipelineFilter({ pipelines });
  const create = z.object({ name, artifact_location: optionalText(500), tags: texts(tagLength, 100) });
  add('POST', '/experiments/create', create, async ({ artifact_location, ...given }) => ({
    experiment_id: await experiments.create({
      ...given,
      ...(artifact_location === undefined ? {} : { artifactLocation: artifact_location }),
    }),
  }));
  const byId = z.object({ experiment_id: id });
  add('GET', '/experiments/get', byId, async ({ experiment_id }, c) => {
    guard(c, 'read', experiment_id);
    return { experiment: experimentJson(await experiments.get(experiment_id)) };
  });
  const byName = z.object({ experiment_name: name });
  add('GET', '/experiments/get-by-name', byName, async ({ experiment_name }, c) => {
    const found = await experiments.byName(experiment_name);
    guard(c, 'read', found.id);
    return { experiment: experimentJson(found) };
  });
  const search = z.object({ ...searchFields(1_000), view_type: viewType });
  for (const method of ['GET', 'POST'] as const) {
    add(method, '/experiments/search', search, async ({ view_type: stages, ...given }, c) => {
      const { items, nextPageToken } = await experiments.search({ ...searchOf(given), stages });
      const seen = items.filter(({ id: experiment }) => isVisible(c, experiment));
      return { experiments: seen.map(experimentJson), next_page_token: nextPageToken };
    });
  }
  add('POST', '/experiments/delete', byId, async ({ experiment_id }) => {
    await experiments.setStage(experiment_id, 'deleted');
    return {};
  });
  add('POST', '/experiments/restore', byId, async ({ experiment_id }) => {
    await experiments.setStage(experiment_id, 'active');
    return {};
  });
  const rename = z.object({ experiment_id: id, new_name: name });
  add('POST', '/experiments/update', rename, async ({ experiment_id, new_name }) => {
    await experiments.rename(experiment_id, new_name);
    return {};
  });
  const setTag = z.object({ experiment_id: id, key: tagKey, value: z.string().max(tagLength).default('') });
  add('POST', '/experiments/set-experiment-tag', setTag, async ({ experiment_id, key, value }) => {
    await experiments.setTag(experiment_id, key, value);
    return {};
  });
  const deleteTag = z.object({ experiment_id: id, key: tagKey });
  add('POST', '/experiments/delete-experiment-tag', deleteTag, async ({ experiment_id, key }) => {
    await experiments.deleteTag(experiment_id, key);
    return {};
  });
}
