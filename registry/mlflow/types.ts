import type { ArtifactRef } from '../../contracts/refs.ts';

/** Moments here are milliseconds of the Unix epoch, as MLflow's clients send and expect them. */
export type LifecycleStage = 'active' | 'deleted';
export type Texts = Record<string, string>;

/** MLflow's page of a list: `nextPageToken` where there is more. */
export interface Page<T> {
  items: T[];
  nextPageToken?: string;
}
export interface Search {
  filter?: string;
  orderBy?: readonly string[];
  maxResults: number;
  pageToken?: string;
  /** Which lifecycle stages are wanted; active ones unless told. */
  stages?: readonly LifecycleStage[];
}

export interface MlflowExperiment {
  id: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: LifecycleStage;
  createdMs: number;
  updatedMs: number;
  tags: Texts;
}
/** Experiments that clients made, and one for each of Relevo's pipelines, which is only read. */
export interface MlflowExperiments {
  /** Gives its id. @throws RelevoError MLFLOW_ALREADY_EXISTS */
  create(experiment: { name: string; artifactLocation?: string; tags: Texts }): Promise<string>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  get(id: string): Promise<MlflowExperiment>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  byName(name: string): Promise<MlflowExperiment>;
  search(search: Search): Promise<Page<MlflowExperiment>>;
  rename(id: string, name: string): Promise<void>;
  /** With its runs. */
  setStage(id: string, stage: LifecycleStage): Promise<void>;
  setTag(id: string, key: string, value: string): Promise<void>;
  deleteTag(id: string, key: string): Promise<void>;
}

export const mlflowRunStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type MlflowRunStatus = (typeof mlflowRunStatuses)[number];

export interface NewMlflowRun {
  experimentId: string;
  name?: string;
  userId: string;
  startMs: number;
  tags: Texts;
}
export interface MlflowMetric {
  key: string;
  value: number;
  timestampMs: number;
  step: number;
  modelId?: string;
  datasetName?: string;
  datasetDigest?: string;
}
/** What a run learns in one call: metrics are added to, tags overwritten, parameters never changed. */
export interface MlflowBatch {
  metrics: readonly MlflowMetric[];
  params: Texts;
  tags: Texts;
}
/** As the client sent them. */
export interface MlflowLinks {
  datasetInputs?: readonly unknown[];
  modelInputs?: readonly unknown[];
  modelOutputs?: readonly unknown[];
}
/** A run with all that belongs to it, as MLflow's JSON: PostgreSQL writes it, nobody reads it on the way out. */
export type MlflowRunJson = string;

export interface MlflowRuns {
  /** @throws RelevoError MLFLOW_NOT_FOUND where there is no such active experiment. */
  create(run: NewMlflowRun): Promise<MlflowRunJson>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  get(id: string): Promise<MlflowRunJson>;
  /** One query, however many runs. */
  search(experimentIds: readonly string[], search: Search): Promise<Page<MlflowRunJson>>;
  /** @throws RelevoError MLFLOW_NOT_FOUND; REQUEST_INVALID where the run is deleted. */
  update(
    id: string,
    change: { status?: MlflowRunStatus; endMs?: number; name?: string },
  ): Promise<MlflowRunJson>;
  setStage(id: string, stage: LifecycleStage): Promise<void>;
  /** @throws RelevoError REQUEST_INVALID where a parameter has another value already; nothing is then logged. */
  log(id: string, batch: MlflowBatch): Promise<void>;
  deleteTag(id: string, key: string): Promise<void>;
  /** The same link again is one link. */
  link(id: string, links: MlflowLinks): Promise<void>;
  history(
    id: string,
    key: string,
    page: { maxResults?: number; pageToken?: string },
  ): Promise<Page<MlflowMetric>>;
}

export const loggedModelStatuses = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const;
export type LoggedModelStatus = (typeof loggedModelStatuses)[number];
export interface MlflowLoggedModel {
  id: string;
  experimentId: string;
  name: string;
  artifactLocation: string;
  status: LoggedModelStatus;
  modelType?: string;
  sourceRunId?: string;
  createdMs: number;
  updatedMs: number;
  params: Texts;
  tags: Texts;
  metrics: (MlflowMetric & { runId: string })[];
}
export interface MlflowLoggedModels {
  create(
    model: Pick<MlflowLoggedModel, 'experimentId' | 'modelType' | 'sourceRunId' | 'params' | 'tags'> & {
      name?: string;
    },
  ): Promise<MlflowLoggedModel>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  get(id: string): Promise<MlflowLoggedModel>;
  search(experimentIds: readonly string[], search: Search): Promise<Page<MlflowLoggedModel>>;
  finish(id: string, status: LoggedModelStatus): Promise<MlflowLoggedModel>;
  addTags(id: string, tags: Texts): Promise<void>;
  addParams(id: string, params: Texts): Promise<void>;
  deleteTag(id: string, key: string): Promise<void>;
  delete(id: string): Promise<void>;
}

export interface MlflowModelVersion {
  name: string;
  version: number;
  source: string;
  /** Where its files are. */
  storageLocation: string;
  runId?: string;
  runLink?: string;
  modelId?: string;
  userId?: string;
  description?: string;
  stage: string;
  createdMs: number;
  updatedMs: number;
  tags: Texts;
  aliases: string[];
}
export interface MlflowRegisteredModel {
  name: string;
  description?: string;
  createdMs: number;
  updatedMs: number;
  tags: Texts;
  aliases: Record<string, number>;
  /** The newest of each stage. */
  latestVersions: MlflowModelVersion[];
}
export type NewMlflowModelVersion = Pick<MlflowModelVersion, 'name' | 'source' | 'tags'> &
  Partial<Pick<MlflowModelVersion, 'runId' | 'runLink' | 'modelId' | 'userId' | 'description'>>;

export interface MlflowModels {
  /** @throws RelevoError MLFLOW_ALREADY_EXISTS */
  create(model: { name: string; description?: string; tags: Texts }): Promise<MlflowRegisteredModel>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  get(name: string): Promise<MlflowRegisteredModel>;
  search(search: Search): Promise<Page<MlflowRegisteredModel>>;
  rename(name: string, to: string): Promise<MlflowRegisteredModel>;
  describe(name: string, description: string): Promise<MlflowRegisteredModel>;
  delete(name: string): Promise<void>;
  setTag(name: string, key: string, value: string): Promise<void>;
  deleteTag(name: string, key: string): Promise<void>;
  /** @throws RelevoError MLFLOW_NOT_FOUND where the model or the version is not there */
  setAlias(name: string, alias: string, version: number): Promise<void>;
  deleteAlias(name: string, alias: string): Promise<void>;
}
export interface MlflowModelVersions {
  /** The next number of its model. @throws RelevoError MLFLOW_NOT_FOUND */
  create(version: NewMlflowModelVersion): Promise<MlflowModelVersion>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  get(name: string, version: number): Promise<MlflowModelVersion>;
  /** @throws RelevoError REQUEST_INVALID where the model has no such alias, as MLflow's own server answers. */
  byAlias(name: string, alias: string): Promise<MlflowModelVersion>;
  search(search: Search): Promise<Page<MlflowModelVersion>>;
  latest(name: string, stages?: readonly string[]): Promise<MlflowModelVersion[]>;
  describe(name: string, version: number, description: string): Promise<MlflowModelVersion>;
  /** @throws RelevoError REQUEST_INVALID where others of a stage that is neither Staging nor Production are to go */
  setStage(
    name: string,
    version: number,
    stage: string,
    archiveExisting: boolean,
  ): Promise<MlflowModelVersion>;
  delete(name: string, version: number): Promise<void>;
  setTag(name: string, version: number, key: string, value: string): Promise<void>;
  deleteTag(name: string, version: number, key: string): Promise<void>;
}

/** A file or folder below another. */
export interface MlflowFile {
  name: string;
  isFolder: boolean;
  bytes?: number;
}
export interface MlflowArtifacts {
  put(path: string, artifact: ArtifactRef): Promise<void>;
  /** @throws RelevoError MLFLOW_NOT_FOUND */
  get(path: string): Promise<ArtifactRef>;
  /** What lies directly in a folder, by name; empty where it is a file or absent. */
  list(folder: string): Promise<MlflowFile[]>;
  /** A file, or a folder with all that is in it. */
  delete(path: string): Promise<void>;
}

/** What Relevo keeps for clients that speak MLflow's REST API. */
export interface MlflowRegistry {
  experiments: MlflowExperiments;
  runs: MlflowRuns;
  loggedModels: MlflowLoggedModels;
  models: MlflowModels;
  modelVersions: MlflowModelVersions;
  artifacts: MlflowArtifacts;
}
