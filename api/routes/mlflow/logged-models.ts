import { z } from 'zod';
import { loggedModelStatuses, type MlflowLoggedModel } from '../../../registry/mlflow/types.ts';
import type { ApiDeps } from '../../deps.ts';
import type { AddEndpoint } from './endpoint.ts';
import { metricJson } from './runs.ts';
import {
  id,
  int,
  key,
  list,
  maxima,
  optionalText,
  pairs,
  searchFields,
  searchOf,
  tagKey,
  texts,
} from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry'>;

const modelJson = (model: MlflowLoggedModel) => ({
  info: {
    model_id: model.id,
    experiment_id: model.experimentId,
    name: model.name,
    creation_timestamp_ms: model.createdMs,
    last_updated_timestamp_ms: model.updatedMs,
    artifact_uri: model.artifactLocation,
    status: model.status,
    model_type: model.modelType,
    source_run_id: model.sourceRunId,
    tags: pairs(model.tags),
  },
  data: {
    params: pairs(model.params),
    metrics: model.metrics.map((one) => ({ ...metricJson(one), run_id: one.runId })),
  },
});

const params = texts(maxima.paramValue, maxima.batchParams, key);
const tags = texts(maxima.tagValue, maxima.batchTags);
const byId = z.object({ model_id: id });

/** By its number in the protocol too. */
const status = z.union([
  z.enum(loggedModelStatuses),
  int.pipe(z.number().min(1).max(3)).transform((number) => loggedModelStatuses[number - 1]),
]);
const order = z.object({ field_name: z.string().max(300), ascending: z.boolean().nullish() });

/** Nothing here asks for a role of one pipeline: only experiments that clients made have logged models. */
export function addLoggedModels(add: AddEndpoint, { registry }: Deps): void {
  const { loggedModels } = registry.mlflow;
  const create = z.object({
    experiment_id: id,
    name: optionalText(500),
    model_type: optionalText(500),
    source_run_id: optionalText(256),
    ...{ params, tags },
  });
  add('POST', '/logged-models', create, async (given) => {
    const model = await loggedModels.create({
      ...{ experimentId: given.experiment_id, params: given.params, tags: given.tags },
      ...(given.name && { name: given.name }),
      ...(given.model_type && { modelType: given.model_type }),
      ...(given.source_run_id && { sourceRunId: given.source_run_id }),
    });
    return { model: modelJson(model) };
  });
  const { order_by: _, ...fields } = searchFields(100);
  const search = z.object({ ...fields, experiment_ids: list(id, 10_000), order_by: list(order, 20) });
  add('POST', '/logged-models/search', search, async ({ experiment_ids, order_by, ...given }) => {
    // Newest first unless told, as every list here.
    const orders = order_by.map(({ field_name, ascending }) => `${field_name} ${ascending ? 'ASC' : 'DESC'}`);
    const { items, nextPageToken } = await loggedModels.search(
      experiment_ids,
      searchOf({ ...given, order_by: orders }),
    );
    return { models: items.map(modelJson), next_page_token: nextPageToken };
  });
  add('GET', '/logged-models/:model_id', byId, async ({ model_id }) => ({
    model: modelJson(await loggedModels.get(model_id)),
  }));
  const finish = z.object({ model_id: id, status });
  add('PATCH', '/logged-models/:model_id', finish, async (given) => ({
    model: modelJson(await loggedModels.finish(given.model_id, given.status)),
  }));
  add('DELETE', '/logged-models/:model_id', byId, async ({ model_id }) => {
    await loggedModels.delete(model_id);
    return {};
  });
  const setTags = z.object({ model_id: id, tags });
  add('PATCH', '/logged-models/:model_id/tags', setTags, async (given) => {
    await loggedModels.addTags(given.model_id, given.tags);
    return {};
  });
  const deleteTag = z.object({ model_id: id, tag_key: tagKey });
  add('DELETE', '/logged-models/:model_id/tags/:tag_key', deleteTag, async ({ model_id, tag_key }) => {
    await loggedModels.deleteTag(model_id, tag_key);
    return {};
  });
  const addParams = z.object({ model_id: id, params });
  add('POST', '/logged-models/:model_id/params', addParams, async (given) => {
    await loggedModels.addParams(given.model_id, given.params);
    return {};
  });
}
