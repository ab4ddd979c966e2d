import { z } from 'zod';
import { registeredSource } from '../../../registry/mlflow/storage-location.ts';
import type { ApiDeps } from '../../deps.ts';
import { pipelineFilter, pipelineGuard } from './access.ts';
import type { AddEndpoint } from './endpoint.ts';
import { modelName, versionJson, versionNumber } from './registered-models.ts';
import { maxima, optionalText, searchFields, searchOf, tagKey, texts } from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry' | 'pipelines'>;

const stages = ['None', 'Staging', 'Production', 'Archived'] as const;
const stage = z
  .string()
  .transform((text) => stages.find((one) => one.toLowerCase() === text.toLowerCase()))
  .pipe(z.enum(stages));
const byVersion = { name: modelName, version: versionNumber };
const tagValue = z.string().max(maxima.registryTagValue).default('');
const flag = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
  .default(false);

/**
 * Versions of a model that is named as a pipeline are read by who has `read` for that pipeline and changed by who has
 * `operate`; a version that is made of another, by who may read that one too. A search leaves out what the caller may
 * not read after its page was cut. Names of stages are taken in any case.
 */
export function addModelVersions(add: AddEndpoint, { registry, pipelines }: Deps): void {
  const { modelVersions } = registry.mlflow;
  const guard = pipelineGuard({ pipelines });
  const isVisible = pipelineFilter({ pipelines });
  const create = z.object({
    name: modelName,
    source: z.string().min(1).max(2_000),
    run_id: optionalText(256),
    run_link: optionalText(2_000),
    model_id: optionalText(256),
    description: optionalText(5_000),
    tags: texts(maxima.registryTagValue, 1_000),
  });
  add('POST', '/model-versions/create', create, async (given, c) => {
    guard(c, 'operate', given.name);
    const { name, source, tags, description } = given;
    const from = registeredSource(source);
    if (from !== undefined) guard(c, 'read', from.name);
    const version = await modelVersions.create({
      ...{ name, source, tags, description, userId: c.get('principal').actor },
      ...{ runId: given.run_id, runLink: given.run_link, modelId: given.model_id },
    });
    return { model_version: versionJson(version) };
  });
  add('GET', '/model-versions/get', z.object(byVersion), async ({ name, version }, c) => {
    guard(c, 'read', name);
    return { model_version: versionJson(await modelVersions.get(name, version)) };
  });
  add('GET', '/model-versions/get-download-uri', z.object(byVersion), async ({ name, version }, c) => {
    guard(c, 'read', name);
    return { artifact_uri: (await modelVersions.get(name, version)).storageLocation };
  });
  add('GET', '/model-versions/search', z.object(searchFields(10_000, 200_000)), async (given, c) => {
    const { items, nextPageToken } = await modelVersions.search(searchOf(given));
    const seen = items.filter(({ name }) => isVisible(c, name));
    return { model_versions: seen.map(versionJson), next_page_token: nextPageToken };
  });
  const update = z.object({ ...byVersion, description: z.string().max(5_000).default('') });
  add('PATCH', '/model-versions/update', update, async ({ name, version, description }, c) => {
    guard(c, 'operate', name);
    return { model_version: versionJson(await modelVersions.describe(name, version, description)) };
  });
  const move = z.object({ ...byVersion, stage, archive_existing_versions: flag });
  add('POST', '/model-versions/transition-stage', move, async (given, c) => {
    guard(c, 'operate', given.name);
    const { name, version, archive_existing_versions: archive } = given;
    return { model_version: versionJson(await modelVersions.setStage(name, version, given.stage, archive)) };
  });
  add('DELETE', '/model-versions/delete', z.object(byVersion), async ({ name, version }, c) => {
    guard(c, 'operate', name);
    await modelVersions.delete(name, version);
    return {};
  });
  const setTag = z.object({ ...byVersion, key: tagKey, value: tagValue });
  add('POST', '/model-versions/set-tag', setTag, async ({ name, version, key, value }, c) => {
    guard(c, 'operate', name);
    await modelVersions.setTag(name, version, key, value);
    return {};
  });
  const deleteTag = z.object({ ...byVersion, key: tagKey });
  add('DELETE', '/model-versions/delete-tag', deleteTag, async ({ name, version, key }, c) => {
    guard(c, 'operate', name);
    await modelVersions.deleteTag(name, version, key);
    return {};
  });
}
