import { type SQL, sql } from 'drizzle-orm';

/**
 * What clients read: their own rows, and Relevo's seen the way MLflow has it. A pipeline is an experiment, a training
 * of it a run; both are only read. Ids of pipelines begin with a letter, those of experiments are numbers.
 */
export const pipelinePrefix = 'relevo/';

const epochMsOf = (column: SQL): SQL => sql`(extract(epoch from ${column}) * 1000)::bigint`;

/** Columns: id, name, artifact_location, lifecycle_stage, created_ms, updated_ms, tags. */
export const experimentsSeen: SQL = sql`(
  select id, name, artifact_location, lifecycle_stage, created_ms, updated_ms, tags from relevo.mlflow_experiments
  union all
  select name, ${sql.raw(`'${pipelinePrefix}'`)} || name, 'mlflow-artifacts:/' || name, 'active',
    ${epochMsOf(sql`created_at`)}, ${epochMsOf(sql`updated_at`)}, jsonb_build_object('relevo.pipeline', name)
  from relevo.pipelines
)`;

/**
 * Columns: id, experiment_id, name, user_id, status, start_ms, end_ms, lifecycle_stage, artifact_uri, params, tags,
 * dataset_inputs, model_inputs, model_outputs. Relevo's trainings go by the id of their Temporal run: theirs of
 * business keys hold slashes, which clients refuse.
 */
export const runsSeen: SQL = sql`(
  select id, experiment_id, name, user_id, status, start_ms, end_ms, lifecycle_stage, artifact_uri, params, tags,
    dataset_inputs, model_inputs, model_outputs
  from relevo.mlflow_runs
  union all
  select t.workflow_run_id, t.pipeline, t.id, 'relevo',
    case t.state when 'running' then 'RUNNING' when 'completed' then 'FINISHED' when 'failed' then 'FAILED' else 'KILLED' end,
    ${epochMsOf(sql`t.started_at`)}, ${epochMsOf(sql`t.finished_at`)}, 'active',
    'mlflow-artifacts:/' || t.pipeline || '/' || t.workflow_run_id || '/artifacts',
    coalesce((select jsonb_object_agg(key, value) from json_each_text(v.params)), '{}'),
    jsonb_strip_nulls(jsonb_build_object('mlflow.runName', t.id, 'mlflow.user', 'relevo',
      'mlflow.source.name', 'relevo', 'relevo.run', t.id, 'relevo.modelVersion', v.version,
      'relevo.estimator', v.estimator, 'relevo.candidate', v.candidate, 'relevo.datasetVersion', v.dataset_version,
      'relevo.codeRevision', v.code_revision)),
    case when v.version is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('tags', '[]'::jsonb,
      'dataset', jsonb_build_object('name', t.pipeline || '/' || v.source, 'source_type', 'relevo',
        'digest', split_part(v.dataset_version, '@', 2), 'source', v.dataset_version))) end,
    '[]', '[]'
  from relevo.runs t
  left join relevo.model_versions v on v.run_id = t.id and t.state = 'completed'
  where t.kind = 'train'
)`;

/** Columns: run_id, key, step, timestamp_ms, value, model_id, dataset_name, dataset_digest. */
export const latestMetricsSeen: SQL = sql`(
  select run_id, key, step, timestamp_ms, value, model_id, dataset_name, dataset_digest
  from relevo.mlflow_latest_metrics
  union all
  select t.workflow_run_id, m.key, 0, ${epochMsOf(sql`v.created_at`)}, (m.value ->> 'value')::double precision,
    null, null, null
  from relevo.runs t
  join relevo.model_versions v on v.run_id = t.id
  cross join jsonb_each(v.metrics) m
  where t.kind = 'train' and t.state = 'completed'
)`;
