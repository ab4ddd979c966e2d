import { createHash } from 'node:crypto';
import { type Candidate, candidateName, candidateNamed, type PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type { SourceSpec } from '../contracts/source.ts';
import { canonicalJson } from './json.ts';

const digest = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Equal where rows are parsed, judged and mended by the same rules: only then do new rows join old parts. */
export function schemaHashOf(spec: PipelineSpec, source: string): string {
  const { columns, target, sequence, identities, expectations } = spec;
  return digest({ columns, target, sequence, identities, expectations, ...readingOf(spec.sources[source]) });
}

/** How cells are read, wherever they lie. */
function readingOf(source: SourceSpec) {
  const { missing } = source;
  return source.kind === 'csv'
    ? { delimiter: source.delimiter, missing }
    : { kind: source.kind, sql: source.sql, missing };
}

/** The rows of a dataset version, split and turned into features: what estimators are given. */
export interface TrainingSetRef {
  spec: ArtifactRef;
  datasetVersion: string;
  split: ArtifactRef;
}

/** Equal where estimators see the same numbers in the same order. */
export function trainingSetKey(spec: PipelineSpec, ref: Omit<TrainingSetRef, 'spec'>): string {
  const { columns, inputs, target, features, base, forecast, validation } = spec;
  const { datasetVersion, split } = ref;
  const groups = 'by' in validation ? validation.by : undefined;
  const rows = { columns, inputs, target, features, base, forecast, groups };
  return digest({ ...rows, datasetVersion, split: split.sha256 });
}

/**
 * A search's identity: two runs that would try the same parameters on the same numbers share their trials,
 * so a search goes on where an earlier one stopped. Threads count, since they are part of a score's bits.
 */
export function searchIdOf(about: {
  pipeline: string;
  candidate: string;
  estimator: string;
  params: unknown;
  space: unknown;
  seed: number;
  threads: number;
  trainingSet: string;
  /** How a trial is fitted and scored, beside its parameters. */
  scoring: unknown;
}): string {
  const { pipeline, candidate, ...rest } = about;
  return `${pipeline}/${candidate}/${digest(rest).slice(0, 16)}`;
}

/** What decides a trial's score beside its numbers and parameters: the metric, the folds, the steps, the members. */
export function scoringOf(spec: PipelineSpec, candidate: Pick<Candidate, 'name' | 'estimator'>): unknown {
  const { metric, validation, constraints, steps, calibration } = spec;
  const of = (name: string) => candidateNamed(spec, name);
  const own = of(candidateName(candidate));
  const weights = own?.weights ?? spec.weights;
  const members = own?.members?.map(of);
  const { sampler, pruner, trialsAtOnce } = own ?? {};
  const settings = { metric, validation, weights, constraints, calibrated: calibration !== 'none' };
  return { ...settings, steps: own?.steps ?? steps, members, sampler, pruner, trialsAtOnce };
}

/** Of the columns that a client sends: name, kind, allowed values, in order. */
export function inputSchemaHashOf(spec: PipelineSpec): string {
  const inputs = spec.inputs.map((name) => {
    const column = spec.columns[name];
    return { name, kind: column.kind, values: column.kind === 'category' ? column.values : undefined };
  });
  return digest({ target: spec.target, inputs });
}
