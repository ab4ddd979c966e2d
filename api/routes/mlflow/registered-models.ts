import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import type { MlflowModelVersion, MlflowRegisteredModel } from '../../../registry/mlflow/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { pipelineFilter, pipelineGuard } from './access.ts';
import type { AddEndpoint } from './endpoint.ts';
import {
  id,
  int,
  list,
  maxima,
  optionalText,
  pairs,
  searchFields,
  searchOf,
  tagKey,
  texts,
} from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry' | 'pipelines'>;

/**
 * As MLflow's clients read it: the number is a text, and `status` always READY, since a version is made in one step.
 */
export const versionJson = (version: MlflowModelVersion) => ({
  name: version.name,
  version: String(version.version),
  creation_timestamp: version.createdMs,
  last_updated_timestamp: version.updatedMs,
  user_id: version.userId,
  current_stage: version.stage,
  description: version.description,
  source: version.source,
  run_id: version.runId,
  run_link: version.runLink,
  model_id: version.modelId,
  status: 'READY',
  tags: pairs(version.tags),
  aliases: version.aliases,
});

const modelJson = (model: MlflowRegisteredModel) => ({
  name: model.name,
  creation_timestamp: model.createdMs,
  last_updated_timestamp: model.updatedMs,
  description: model.description,
  tags: pairs(model.tags),
  aliases: Object.entries(model.aliases).map(([alias, version]) => ({ alias, version: String(version) })),
  latest_versions: model.latestVersions.map(versionJson),
});

/** What would look like a path or a link is refused, as MLflow's own server does. */
export const modelName = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[^/:]+$/, 'a name without "/" and ":"');
export const versionNumber = int.pipe(z.number().min(1).max(2_000_000_000));
const aliasPattern = /^[\w-]{1,255}$/;
const alias = z.string().regex(aliasPattern, 'letters, digits, "_" and "-"');
const description = z.string().max(5_000).default('');
const tagValue = z.string().max(maxima.registryTagValue).default('');
const byName = z.object({ name: modelName });
const byAlias = z.object({ name: modelName, alias });

/** A word that means something else where an alias stands. */
function demandFree(name: string): void {
  if (name.toLowerCase() !== 'latest' && !/^v\d+$/i.test(name)) return;
  throw new RelevoError('REQUEST_INVALID', `The alias '${name}' is reserved.`, {
    field: 'alias',
    value: name,
    expected: 'an alias that is neither "latest" nor a version such as "v3"',
  });
}

/**
 * A model that is named as a pipeline is read by who has `read` for that pipeline and changed by who has `operate`, in
 * a rename for both names. A search leaves out what the caller may not read after its page was cut. The aliases
 * `latest` and `v3`, which mean a version already, are REQUEST_INVALID.
 */
export function addRegisteredModels(add: AddEndpoint, { registry, pipelines }: Deps): void {
  const { models, modelVersions } = registry.mlflow;
  const guard = pipelineGuard({ pipelines });
  const isVisible = pipelineFilter({ pipelines });
  const create = z.object({
    name: modelName,
    description: optionalText(5_000),
    tags: texts(maxima.registryTagValue, 1_000),
  });
  add('POST', '/registered-models/create', create, async (given, c) => {
    guard(c, 'operate', given.name);
    const { name, tags, description: words } = given;
    const model = await models.create({ name, tags, ...(words === undefined ? {} : { description: words }) });
    return { registered_model: modelJson(model) };
  });
  add('GET', '/registered-models/get', byName, async ({ name }, c) => {
    guard(c, 'read', name);
    return { registered_model: modelJson(await models.get(name)) };
  });
  add('GET', '/registered-models/search', z.object(searchFields(100, 1_000)), async (given, c) => {
    const { items, nextPageToken } = await models.search(searchOf(given));
    const seen = items.filter(({ name }) => isVisible(c, name));
    return { registered_models: seen.map(modelJson), next_page_token: nextPageToken };
  });
  const rename = z.object({ name: modelName, new_name: modelName });
  add('POST', '/registered-models/rename', rename, async ({ name, new_name }, c) => {
    for (const one of [name, new_name]) guard(c, 'operate', one);
    return { registered_model: modelJson(await models.rename(name, new_name)) };
  });
  add('PATCH', '/registered-models/update', z.object({ name: modelName, description }), async (given, c) => {
    guard(c, 'operate', given.name);
    return { registered_model: modelJson(await models.describe(given.name, given.description)) };
  });
  add('DELETE', '/registered-models/delete', byName, async ({ name }, c) => {
    guard(c, 'operate', name);
    await models.delete(name);
    return {};
  });
  const setTag = z.object({ name: modelName, key: tagKey, value: tagValue });
  add('POST', '/registered-models/set-tag', setTag, async ({ name, key, value }, c) => {
    guard(c, 'operate', name);
    await models.setTag(name, key, value);
    return {};
  });
  add(
    'DELETE',
    '/registered-models/delete-tag',
    z.object({ name: modelName, key: tagKey }),
    async (given, c) => {
      guard(c, 'operate', given.name);
      await models.deleteTag(given.name, given.key);
      return {};
    },
  );
  const setAlias = z.object({ name: modelName, alias, version: versionNumber });
  add('POST', '/registered-models/alias', setAlias, async (given, c) => {
    guard(c, 'operate', given.name);
    demandFree(given.alias);
    await models.setAlias(given.name, given.alias, given.version);
    return {};
  });
  add('DELETE', '/registered-models/alias', byAlias, async (given, c) => {
    guard(c, 'operate', given.name);
    await models.deleteAlias(given.name, given.alias);
    return {};
  });
  add('GET', '/registered-models/alias', byAlias, async (given, c) => {
    guard(c, 'read', given.name);
    return { model_version: versionJson(await modelVersions.byAlias(given.name, given.alias)) };
  });
  const latest = z.object({ name: modelName, stages: list(id, 10) });
  for (const method of ['GET', 'POST'] as const) {
    add(method, '/registered-models/get-latest-versions', latest, async ({ name, stages }, c) => {
      guard(c, 'read', name);
      return { model_versions: (await modelVersions.latest(name, stages)).map(versionJson) };
    });
  }
}
