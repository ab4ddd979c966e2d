import { type SQL, sql } from 'drizzle-orm';
import { latestMetricsSeen } from './sources.ts';

const pairsOf = (column: SQL): SQL =>
  sql`(select coalesce(json_agg(json_build_object('key', key, 'value', value)), '[]') from jsonb_each_text(${column}))`;

/** A metric `m` in MLflow's JSON; NaN and infinities are texts, as protobuf writes them. */
const metricJson: SQL = sql`json_build_object('key', m.key, 'value', m.value, 'timestamp', m.timestamp_ms,
  'step', m.step, 'model_id', m.model_id, 'dataset_name', m.dataset_name, 'dataset_digest', m.dataset_digest)`;

/** Ids of Relevo's own trainings have dashes, those of clients' runs none: only the former need the registry's runs. */
const metricsFrom = (source: SQL): SQL =>
  sql`(select coalesce(json_agg(json_strip_nulls(${metricJson})), '[]') from ${source} m where m.run_id = r.id)`;

/** A run `r` with its metrics, parameters, tags and links, as MLflow's JSON in a text. */
export const runJson: SQL = sql`json_build_object(
  'info', json_build_object('run_id', r.id, 'run_uuid', r.id, 'run_name', r.name, 'experiment_id', r.experiment_id,
    'user_id', r.user_id, 'status', r.status, 'start_time', r.start_ms, 'end_time', r.end_ms,
    'artifact_uri', r.artifact_uri, 'lifecycle_stage', r.lifecycle_stage),
  'data', json_build_object('params', ${pairsOf(sql`r.params`)}, 'tags', ${pairsOf(sql`r.tags`)}, 'metrics',
    case when position('-' in r.id) = 0 then ${metricsFrom(sql`relevo.mlflow_latest_metrics`)}
      else ${metricsFrom(latestMetricsSeen)} end),
  'inputs', json_build_object('dataset_inputs', r.dataset_inputs, 'model_inputs', r.model_inputs),
  'outputs', json_build_object('model_outputs', r.model_outputs))::text`;
