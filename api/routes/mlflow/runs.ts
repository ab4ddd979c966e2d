import { z } from 'zod';
import { type MlflowMetric, mlflowRunStatuses } from '../../../registry/mlflow/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { pipelineGuard } from './access.ts';
import type { AddEndpoint } from './endpoint.ts';
import {
  double,
  doubleJson,
  id,
  int,
  key,
  list,
  maxima,
  moment,
  optionalId,
  optionalText,
  searchFields,
  searchOf,
  tagKey,
  tagValue,
  texts,
  viewType,
} from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry' | 'pipelines'>;

/** Older clients send `run_uuid` beside or instead of `run_id`. */
const withRunId = <S extends z.ZodRawShape>(shape: S) =>
  z.preprocess(
    (given) => {
      const { run_id, run_uuid } = given as Record<string, unknown>;
      return { ...(given as object), run_id: run_id || run_uuid };
    },
    z.object({ ...shape, run_id: id }),
  );

const runName = optionalText(250);
const metricFields = {
  key,
  value: double,
  timestamp: moment,
  step: int.default(0),
  model_id: optionalId,
  dataset_name: optionalText(500),
  dataset_digest: optionalText(36),
};
const metric = z.object(metricFields);
const links = z.array(z.record(z.string(), z.unknown())).max(1_000).optional();

const asMetric = (given: z.output<typeof metric>): MlflowMetric => ({
  ...{ key: given.key, value: given.value, step: given.step, timestampMs: given.timestamp },
  ...(given.model_id ? { modelId: given.model_id } : {}),
  ...(given.dataset_name ? { datasetName: given.dataset_name } : {}),
  ...(given.dataset_digest ? { datasetDigest: given.dataset_digest } : {}),
});

/** As MLflow's clients read it: NaN and the infinities are texts. */
export const metricJson = ({ key: name, value, timestampMs, step, ...about }: MlflowMetric) => ({
  key: name,
  value: doubleJson(value),
  timestamp: timestampMs,
  step,
  model_id: about.modelId,
  dataset_name: about.datasetName,
  dataset_digest: about.datasetDigest,
});

/** The `MLmodel` of a model as JSON in a text. */
const modelJson = z
  .string()
  .max(1_000_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('JSON in a text');
      return z.NEVER;
    }
  });

const nothing = { metrics: [], params: {}, tags: {} };

/** Trainings of pipelines are runs that need `read` for their pipeline, and nothing changes them: MLFLOW_NOT_FOUND. */
export function addRuns(add: AddEndpoint, { registry, pipelines }: Deps): void {
  const { runs } = registry.mlflow;
  const guard = pipelineGuard({ pipelines });
  const create = z.object({
    experiment_id: z
      .string()
      .max(64)
      .nullish()
      .transform((given) => given || '0'),
    user_id: z.string().max(256).default(''),
    run_name: runName,
    start_time: moment.optional(),
    tags: texts(maxima.tagValue, 1_000),
  });
  add('POST', '/runs/create', create, async ({ experiment_id, user_id, run_name, start_time, tags }) => {
    const startMs = start_time ?? Date.now();
    const run = { experimentId: experiment_id, userId: user_id, startMs, tags };
    return runAnswer(await runs.create({ ...run, ...(run_name && { name: run_name }) }));
  });
  add('GET', '/runs/get', withRunId({}), async ({ run_id }, c) => {
    const run = await runs.get(run_id);
    guard(c, 'read', experimentOf(run));
    return runAnswer(run);
  });
  const update = withRunId({
    status: z.union([z.enum(mlflowRunStatuses), int.transform(statusOf)]).optional(),
    end_time: moment.optional(),
    run_name: runName,
  });
  add('POST', '/runs/update', update, async ({ run_id, status, end_time: endMs, run_name }) => {
    const run = await runs.update(run_id, { status, endMs, name: run_name });
    const { info } = JSON.parse(run) as { info: object };
    return { run_info: info };
  });
  for (const [path, stage] of [
    ['/runs/delete', 'deleted'],
    ['/runs/restore', 'active'],
  ] as const) {
    add('POST', path, withRunId({}), async ({ run_id }) => {
      await runs.setStage(run_id, stage);
      return {};
    });
  }
  const search = z.object({
    ...searchFields(1_000),
    experiment_ids: list(id, 10_000),
    run_view_type: viewType,
  });
  add('POST', '/runs/search', search, async ({ experiment_ids, run_view_type: stages, ...given }, c) => {
    for (const experiment of experiment_ids) guard(c, 'read', experiment);
    const { items, nextPageToken } = await runs.search(experiment_ids, { ...searchOf(given), stages });
    const next = nextPageToken === undefined ? '' : `,"next_page_token":${JSON.stringify(nextPageToken)}`;
    return `{"runs":[${items.join(',')}]${next}}`;
  });
  addLogging(add, runs);
}

const infoSchema = z.object({ info: z.object({ experiment_id: z.string() }) });
const experimentOf = (run: string): string => infoSchema.parse(JSON.parse(run)).info.experiment_id;

const runAnswer = (run: string): string => `{"run":${run}}`;

/** By its number in the protocol. */
function statusOf(number: number, context: z.RefinementCtx) {
  const status = mlflowRunStatuses[number - 1];
  if (status === undefined) context.addIssue(`one of ${mlflowRunStatuses.join(', ')}`);
  return status ?? z.NEVER;
}

function addLogging(add: AddEndpoint, runs: ApiDeps['registry']['mlflow']['runs']): void {
  add('POST', '/runs/log-metric', withRunId(metricFields), async ({ run_id, ...given }) => {
    await runs.log(run_id, { ...nothing, metrics: [asMetric(given)] });
    return {};
  });
  const paramValue = z.string().max(maxima.paramValue).default('');
  add('POST', '/runs/log-parameter', withRunId({ key, value: paramValue }), async (given) => {
    await runs.log(given.run_id, { ...nothing, params: { [given.key]: given.value } });
    return {};
  });
  add('POST', '/runs/set-tag', withRunId({ key: tagKey, value: tagValue }), async (given) => {
    await runs.log(given.run_id, { ...nothing, tags: { [given.key]: given.value } });
    return {};
  });
  add('POST', '/runs/delete-tag', withRunId({ key: tagKey }), async (given) => {
    await runs.deleteTag(given.run_id, given.key);
    return {};
  });
  const batch = withRunId({
    metrics: list(metric, maxima.batchMetrics),
    params: texts(maxima.paramValue, maxima.batchParams, key),
    tags: texts(maxima.tagValue, maxima.batchTags),
  });
  add('POST', '/runs/log-batch', batch, async ({ run_id, metrics, params, tags }) => {
    await runs.log(run_id, { metrics: metrics.map(asMetric), params, tags });
    return {};
  });
  add('POST', '/runs/log-inputs', withRunId({ datasets: links, models: links }), async (given) => {
    await runs.link(given.run_id, { datasetInputs: given.datasets, modelInputs: given.models });
    return {};
  });
  add('POST', '/runs/outputs', withRunId({ models: links }), async ({ run_id, models }) => {
    await runs.link(run_id, { modelOutputs: models });
    return {};
  });
  // Clients of version 2 tell which models a run made by a tag's text.
  add('POST', '/runs/log-model', withRunId({ model_json: modelJson }), async (given) => {
    await runs.log(given.run_id, {
      ...nothing,
      tags: await historyTag(runs, given.run_id, given.model_json),
    });
    return {};
  });
  const history = withRunId({
    metric_key: key,
    max_results: int.pipe(z.number().min(1).max(maxima.page)).optional(),
    page_token: optionalText(200),
  });
  add('GET', '/metrics/get-history', history, async (given) => {
    const page = {
      ...(given.max_results === undefined ? {} : { maxResults: given.max_results }),
      ...(given.page_token === undefined ? {} : { pageToken: given.page_token }),
    };
    const { items, nextPageToken } = await runs.history(given.run_id, given.metric_key, page);
    return { metrics: items.map(metricJson), next_page_token: nextPageToken };
  });
}

const historyKey = 'mlflow.log-model.history';

/** The models that a run has made, with one more. */
async function historyTag(
  runs: ApiDeps['registry']['mlflow']['runs'],
  runId: string,
  model: unknown,
): Promise<Record<string, string>> {
  const { data } = z
    .object({ data: z.object({ tags: z.array(z.object({ key: z.string(), value: z.string() })) }) })
    .parse(JSON.parse(await runs.get(runId)));
  const known: unknown = JSON.parse(data.tags.find(({ key: name }) => name === historyKey)?.value ?? '[]');
  const models: unknown[] = Array.isArray(known) ? known : [];
  const isKnown = models.some((one) => JSON.stringify(one) === JSON.stringify(model));
  return { [historyKey]: JSON.stringify(isKnown ? models : [...models, model]) };
}
