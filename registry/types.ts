import type { Alert, AlertKind, NewAlert } from '../contracts/alerts.ts';
import type { Breaker, BreakerEvent, BreakerState, RetrainVerdict } from '../contracts/breaker.ts';
import type { ContestRoute } from '../contracts/contest.ts';
import type { DriftReport, DriftVerdict } from '../contracts/drift.ts';
import type { Params, SearchSpace } from '../contracts/estimator.ts';
import type { RunKind } from '../contracts/ids.ts';
import type { Metrics } from '../contracts/metrics.ts';
import type { PipelineSpec, SplitSpec } from '../contracts/pipeline.ts';
import type { LoggedAnswer, Outcome, OutcomeStatus } from '../contracts/predictions.ts';
import type { ArtifactRef, Manifest } from '../contracts/refs.ts';
import type { RetrainPolicy } from '../contracts/retrain.ts';
import type { AliasMove, CandidateResult, IngestResult, RunState } from '../contracts/runs.ts';
import type { AccessRegistry } from './access/types.ts';
import type { AnalysisRegistry } from './analysis.ts';
import type { MlflowRegistry } from './mlflow/types.ts';

/** Moments are ISO 8601 in UTC: everything here may travel through a workflow. */
export type Moment = string;

export interface Pipeline {
  name: string;
  /** As it was last saved, keys in their order. */
  spec: PipelineSpec;
  createdAt: Moment;
  updatedAt: Moment;
}

/** What an ingest did to its rows. */
export type DatasetReport = Pick<IngestResult, 'rows' | 'repairedByRule' | 'quarantinedByRule' | 'warnings'>;

export interface NewDatasetVersion {
  /** `manifestId(manifest)`. */
  id: string;
  manifest: Manifest;
  profile: ArtifactRef;
  /** Further results by name: the report for people, what a forecast looks up. */
  artifacts: Record<string, ArtifactRef>;
  runId: string;
  report: DatasetReport;
  /** The rows that this version's ingest put aside, with rule and reason. */
  quarantine?: ArtifactRef;
  /** The cells that it mended: old value, new value, rule. */
  repairs?: ArtifactRef;
}
export interface DatasetVersion extends NewDatasetVersion {
  pipeline: string;
  source: string;
  synthetic: boolean;
  rows: number;
  createdAt: Moment;
}

export interface NewSearch {
  id: string;
  runId: string;
  pipeline: string;
  candidate: string;
  estimator: string;
  space: SearchSpace;
  seed: number;
}
export interface Search extends NewSearch {
  createdAt: Moment;
}

export const trialStates = ['asked', 'complete', 'pruned', 'failed'] as const;
export type TrialState = (typeof trialStates)[number];
export type TrialOutcome = {
  state: Exclude<TrialState, 'asked'>;
  /** Lower is better; absent where the trial failed. */
  score?: number;
  /** Scores on the way: `[step, score]`. */
  steps: [step: number, score: number][];
  error?: string;
};
export interface Trial {
  searchId: string;
  number: number;
  params: Params;
  state: TrialState;
  score: number | undefined;
  steps: [step: number, score: number][];
  error: string | undefined;
  askedAt: Moment;
  toldAt: Moment | undefined;
}

export interface NewModelVersion {
  pipeline: string;
  /** The training run; one run registers one version, a retrain's one by each mode (`…/mode`). */
  runId: string;
  /** The version that this one is an update of: it becomes the next patch of that one. Not stored. */
  updates?: string;
  datasetVersion: string;
  source: string;
  synthetic: boolean;
  /** The row ids of each side of the split. */
  splitArtifact: ArtifactRef;
  splitSpec: SplitSpec;
  seed: number;
  estimator: string;
  candidate: string;
  params: Params;
  metrics: Metrics;
  candidates: CandidateResult[];
  /** Versions of what trained it: node, libraries, threads, platform. */
  environment: Record<string, string>;
  codeRevision: string;
  onnx: ArtifactRef;
  native: ArtifactRef;
  artifacts: Record<string, ArtifactRef>;
  spec: PipelineSpec;
  /** Of the columns that a client sends; where it changes, the major version does. */
  inputSchemaHash: string;
  parityMaxAbsolute: number;
}
export interface ModelVersion extends Omit<NewModelVersion, 'updates'> {
  /** `major.minor.patch`: schema changed, trained anew, updated or recalibrated. */
  version: string;
  createdAt: Moment;
}

export const aliasNames = ['champion', 'challenger', 'previous'] as const;
export type AliasName = (typeof aliasNames)[number];
export type Aliases = Partial<Record<AliasName, string>>;

export const aliasActions = ['register', 'promote', 'rollback'] as const;
export type AliasAction = (typeof aliasActions)[number];
/** One line of the audit: what was done, by whom and why, and where the aliases stood afterwards. */
export interface AliasEvent {
  pipeline: string;
  action: AliasAction;
  /** The version that the action was about. */
  version: string;
  after: Aliases;
  actor: string;
  reason: string;
  evidence: unknown;
  at: Moment;
}

export interface Promotion {
  pipeline: string;
  version: string;
  actor: string;
  reason: string;
  /** JSON that shows why, such as the paired comparison. */
  evidence?: unknown;
  /** The champion that it was compared with, null where there was none: refused where another stands by now. */
  overChampion?: string | null;
  /** The same request made twice moves the aliases once; a workflow gives its own run id. */
  requestId?: string;
}
export interface Rollback {
  pipeline: string;
  actor: string;
  reason: string;
  /** The champion that is to go: refused where another stands by now. */
  ofChampion?: string;
  /** As in `Promotion`. Without it a rollback that is repeated goes one version further back. */
  requestId?: string;
}

export interface RunError {
  code: string;
  message: string;
  details?: unknown;
}
export interface NewRun {
  id: string;
  kind: RunKind;
  pipeline: string;
  /** Temporal's run id: the same id run again is another run. */
  workflowRunId: string;
  input: unknown;
}
export interface Run extends NewRun {
  state: RunState;
  result: unknown;
  error: RunError | undefined;
  startedAt: Moment;
  finishedAt: Moment | undefined;
  /** Place in the list: `list({ before: cursor })` goes on after this run. */
  cursor: string;
}
export interface RunOutcome {
  id: string;
  workflowRunId: string;
  state: Exclude<RunState, 'running'>;
  result?: unknown;
  error?: RunError;
}
export interface RunFilter {
  pipeline?: string;
  kind?: RunKind;
  state?: RunState;
  limit: number;
  /** A run's `cursor`: only what started before it. */
  before?: string;
}

export interface NewDriftCheck {
  /** The key of the monitor run that made it, unique within its pipeline. */
  id: string;
  pipeline: string;
  runId: string;
  modelVersion: string;
  datasetVersion: string;
  verdict: DriftVerdict;
  report: DriftReport;
}
export interface DriftCheck extends NewDriftCheck {
  createdAt: Moment;
  /** Place in the list: `list(pipeline, { before: cursor })` goes on after this check. */
  cursor: string;
}
/** What a pipeline's checks remember from one to the next; JSON-safe and of bounded size. */
export interface MonitorState {
  /** Of the data's first part: where a dataset starts over, so does the memory of its rows. */
  lineage: string;
  /** The champion whose errors the streams saw; another one's streams start anew. */
  modelVersion: string;
  /** Rows up to this id have been compared by a check that had enough of them; null before the first. */
  comparedRowId: number | null;
  /** Rows up to this id have gone through the streams. */
  streamedRowId: number | null;
  /** By column: whether gates 1 and 2 were passed, newest last. */
  history: Record<string, boolean[]>;
  /** Of the online control of false discoveries: of the columns, and of the champion's metric. */
  online: unknown;
  performance?: unknown;
  /** Of the share that the champion's intervals cover: earlier checks by modelVersion's, and the online control. */
  coverage?: { history: Record<string, boolean[]>; online: unknown };
  /** Outcomes up to this number have been looked at; absent before the first. */
  servedOutcome?: number;
  streams: StreamState[];
  /** Rows that were new to the last checks, newest last. */
  volumes: number[];
  /** The champion that a retrain was last asked for because its data had grown, and the rows then new to it. */
  asked?: { modelVersion: string; newRows: number };
}
/** A streaming detector at one point of its series. */
export interface StreamState {
  detector: string;
  series: string;
  state: unknown;
  rows: number;
  /** Row ids, the last 100. */
  alarms: number[];
}
/** Nothing is saved where another check has moved the state since it was read. */
export type DriftSaved = 'saved' | 'repeated' | 'overtaken';

export interface RaisedAlert extends Alert {
  /** Whether it was not standing before. */
  isNew: boolean;
}
export interface AlertFilter {
  pipeline?: string;
  kind?: AlertKind;
  state?: Alert['state'];
  limit: number;
  /** An alert's id: only older ones. */
  before?: string;
}
export const alertEventKinds = [
  'raised',
  'repeated',
  'reopened',
  'escalated',
  'acknowledged',
  'silenced',
  'resolved',
] as const;
export type AlertEventKind = (typeof alertEventKinds)[number];
/** One line of what happened to alerts, in order. */
export interface AlertEvent {
  id: number;
  event: AlertEventKind;
  /** As it stood afterwards. */
  alert: Alert;
  at: Moment;
}
export const deliveryStates = ['waiting', 'sent', 'failed'] as const;
export const alertChannels = ['webhook', 'email'] as const;
export type AlertChannel = (typeof alertChannels)[number];
/** An alert that is to be sent; claimed by one sender for a while. */
export interface AlertDelivery {
  eventId: number;
  channel: AlertChannel;
  /** Tries so far, this one included. */
  attempt: number;
  event: AlertEvent;
}

export interface PipelineRegistry {
  save(spec: PipelineSpec): Promise<Pipeline>;
  /** @throws RelevoError PIPELINE_NOT_FOUND */
  get(name: string): Promise<Pipeline>;
  /** By name. */
  list(): Promise<Pipeline[]>;
}

export interface DatasetRegistry {
  /** @throws RelevoError DATASET_NOT_FOUND */
  get(id: string): Promise<DatasetVersion>;
  latest(pipeline: string, source?: string): Promise<DatasetVersion | undefined>;
  /** Newest first. */
  list(pipeline: string): Promise<DatasetVersion[]>;
  /**
   * Adds a version; the same id again changes nothing and gives what was stored.
   * @param follows the source's newest version when its rows were read, null where it had none. Where another
   * has come since, nothing is added and that one is given, so that two ingests cannot both append.
   * @throws RelevoError PIPELINE_NOT_FOUND where the pipeline was never saved.
   */
  commit(version: NewDatasetVersion, follows?: string | null): Promise<DatasetVersion>;
}

export interface SearchRegistry {
  /** Opens a search or finds it again by its id. */
  open(search: NewSearch): Promise<Search>;
  /** By number. */
  trials(searchId: string): Promise<Trial[]>;
  /** Records what a trial will try; a number asked before keeps the parameters it was given then. */
  ask(searchId: string, number: number, params: Params): Promise<Trial>;
  /** Records how a trial ended. The first complete or pruned outcome stays; a failed one may be bettered. */
  tell(searchId: string, number: number, outcome: TrialOutcome): Promise<Trial>;
}

export interface ModelRegistry {
  /** Adds a version and points `challenger` at it; the same run again gives the version it has. */
  register(model: NewModelVersion): Promise<ModelVersion>;
  /** @throws RelevoError MODEL_NOT_FOUND */
  get(pipeline: string, version: string): Promise<ModelVersion>;
  byRun(runId: string): Promise<ModelVersion | undefined>;
  /** Newest first; `before` is a version. */
  list(pipeline: string, page?: { limit?: number; before?: string }): Promise<ModelVersion[]>;
  champion(pipeline: string): Promise<ModelVersion | undefined>;
  aliases(pipeline: string): Promise<Aliases>;
  /** Makes a version champion and the former one previous, tells listeners. @throws RelevoError MODEL_NOT_FOUND */
  promote(promotion: Promotion): Promise<AliasMove>;
  /** Takes back the last promotion that still stands. @throws RelevoError ROLLBACK_IMPOSSIBLE */
  rollback(rollback: Rollback): Promise<AliasMove>;
  /** Newest first. */
  aliasHistory(pipeline: string, limit?: number): Promise<AliasEvent[]>;
}

export interface RunRegistry {
  /** Idempotent by id and workflow run. */
  start(run: NewRun): Promise<Run>;
  /** The first outcome stays. @throws RelevoError RUN_NOT_FOUND */
  finish(outcome: RunOutcome): Promise<Run>;
  /** The newest run of this id. @throws RelevoError RUN_NOT_FOUND */
  get(id: string): Promise<Run>;
  /** Newest first. */
  list(filter: RunFilter): Promise<Run[]>;
}

export interface DriftRegistry {
  /**
   * Adds a check and moves the checks' memory in one transaction; the same id again changes nothing.
   * @param after the newest check when the memory was read, null where there was none.
   */
  save(check: NewDriftCheck, memory?: { after: string | null; state: MonitorState }): Promise<DriftSaved>;
  /** @throws RelevoError DRIFT_CHECK_NOT_FOUND */
  get(pipeline: string, id: string): Promise<DriftCheck>;
  /** Newest first. */
  list(pipeline: string, page?: { limit?: number; before?: string }): Promise<DriftCheck[]>;
  latest(pipeline: string): Promise<DriftCheck | undefined>;
  /** What the newest check left, and which it was. */
  state(pipeline: string): Promise<{ after: string; state: MonitorState } | undefined>;
}

export interface AlertRegistry {
  /**
   * Opens an alert, or counts one that stands under the same key. A raising with the same `about.check` or
   * `about.run` as the last is that raising repeated, and not counted.
   * @param cooldownMinutes how long after it was resolved an alert that returns is the same one; 60 where absent.
   */
  raise(alert: NewAlert, cooldownMinutes?: number): Promise<RaisedAlert>;
  /** Newest first. */
  list(filter: AlertFilter): Promise<Alert[]>;
  /** @throws RelevoError ALERT_NOT_FOUND */
  get(id: string): Promise<Alert>;
  /** @throws RelevoError ALERT_NOT_FOUND */
  acknowledge(id: string, by: { actor: string; note?: string }): Promise<Alert>;
  /** Nothing is sent of it until then. @throws RelevoError ALERT_NOT_FOUND */
  silence(id: string, until: Moment): Promise<Alert>;
  /** What it told of is over; changes nothing where none stands under the key. */
  resolve(pipeline: string, dedupKey: string): Promise<void>;
  /** What happened to alerts after an event (0: from the first), in order. */
  events(after: number, limit: number, pipeline?: string): Promise<AlertEvent[]>;
  /** Its id; 0 where nothing has happened. */
  newestEvent(): Promise<number>;
  /** Up to `limit` sendings that are due, claimed for `leaseSeconds` so that one sender alone tries each. */
  claimDeliveries(
    channels: readonly AlertChannel[],
    limit: number,
    leaseSeconds: number,
  ): Promise<AlertDelivery[]>;
  /** Ends a claim: sent, to be tried again at a moment, or given up. */
  concludeDelivery(
    delivery: Pick<AlertDelivery, 'eventId' | 'channel'>,
    outcome:
      | { state: 'sent' }
      | { state: 'waiting'; retryAt: Moment; error: string }
      | { state: 'failed'; error: string },
  ): Promise<void>;
}

/** One answered row. */
export interface Prediction {
  /** UUID of version 7; its time is `at`. */
  id: string;
  pipeline: string;
  at: Moment;
  /** That answered. */
  version: string;
  /** Names what the row is about, for its outcome. */
  key?: string;
  /** The row as it was asked, where the pipeline keeps it. */
  inputs?: unknown;
  answer: LoggedAnswer;
  latencyUs: number;
  /** The contest that the pipeline was in. */
  stage?: ContestRoute['stage'];
  /** What the other models of the contest said. */
  others?: (LoggedAnswer & { version: string })[];
}

/** What is known of a challenger beside the champion. */
export interface ContestEvidence {
  /** Rows answered during the contest by either of the two, and by the challenger. */
  answered: number;
  answeredByChallenger: number;
  /**
   * Rows that both answered and whose outcome is known, by time of the prediction; at most the newest 50,000, and
   * one of each business key. Answers as in `LoggedAnswer.values`.
   */
  pairs: { id: string; actual: string | number; champion: number[]; challenger: number[] }[];
}

export interface PredictionRegistry {
  /**
   * Adds a batch that `encodePredictions` made, all of it or nothing; the same batch again changes nothing.
   * @throws RelevoError DATABASE_UNAVAILABLE, after which it may be there or not: give it again. ROW_INVALID where
   * it can never be there.
   */
  copy(batch: PredictionBatch): Promise<void>;
  /** @throws RelevoError PREDICTION_NOT_FOUND */
  get(
    pipeline: string,
    id: string,
  ): Promise<Prediction & { outcome?: { actual: string | number; at?: Moment } }>;
  /** @param contest.since rows answered from then on. */
  evidence(
    pipeline: string,
    contest: { challenger: string; champion: string; since: Moment },
  ): Promise<ContestEvidence>;
  /** Takes away what was answered before, and the outcomes told before, per pipeline. Gives about how many. */
  prune(before: Record<string, Moment>): Promise<number>;
}
/** Rows in PostgreSQL's COPY text format. */
export interface PredictionBatch {
  data: Uint8Array;
  rows: number;
  /** Ids of the first and the last row. */
  first: string;
  last: string;
}

export interface OutcomeRegistry {
  /**
   * Records what turned out, before or after the predictions that it is about arrive. Gives the status of each, in order.
   * @param options.keptSince predictions made before are no longer kept.
   * @throws RelevoError PIPELINE_NOT_FOUND
   */
  record(
    pipeline: string,
    outcomes: readonly Outcome[],
    options?: { keptSince?: Moment },
  ): Promise<OutcomeStatus[]>;
  /** What a version answered, by the outcomes told after a given one, in the order in which they were told. */
  served(pipeline: string, page: { version: string; after: number; limit: number }): Promise<ServedOutcomes>;
}
/** Answered rows whose outcome is known; of a business key the newest row. */
export interface ServedOutcomes {
  /** `outcome` is its number, which rises; values as in `LoggedAnswer`. */
  rows: { outcome: number; actual: string | number; values: number[] }[];
  /** The newest outcome of the page, whether or not the version had answered it; `after` where there was none. */
  until: number;
}

/** Which challengers see traffic; servers hear of each change within moments. */
export interface RouteRegistry {
  /** Adds a challenger's route or changes it. @throws RelevoError MODEL_NOT_FOUND */
  set(route: ContestRoute): Promise<void>;
  /** Takes the route away where there is one. */
  clear(pipeline: string, challenger: string): Promise<void>;
  /** Oldest first. */
  active(pipeline: string): Promise<ContestRoute[]>;
}

/** A retrain, by its workflow's id and run. */
export interface RetrainRun {
  id: string;
  workflowRunId: string;
}
export interface BreakerChange {
  from: BreakerState;
  to: BreakerState;
  breaker: Breaker;
}

/** What stops retraining where it does no good. */
export interface BreakerRegistry {
  /** Closed, with nothing spent, where the pipeline was never retrained. */
  get(pipeline: string): Promise<Breaker>;
  /** Lets a retrain run, the same one twice too. @throws RelevoError BREAKER_OPEN; PIPELINE_NOT_FOUND */
  admit(pipeline: string, policy: RetrainPolicy, run: RetrainRun): Promise<Breaker>;
  /** Counts how a retrain ended, once. @throws RelevoError PIPELINE_NOT_FOUND */
  conclude(
    pipeline: string,
    policy: RetrainPolicy,
    run: RetrainRun,
    outcome: { verdict: RetrainVerdict; reason: string },
  ): Promise<BreakerChange>;
  /** Opens it until somebody closes it, or closes it with all counts at 0. @throws RelevoError PIPELINE_NOT_FOUND */
  force(
    pipeline: string,
    to: { state: 'open' | 'closed'; actor: string; reason: string },
  ): Promise<BreakerChange>;
  /** Newest first. */
  events(pipeline: string, limit?: number): Promise<BreakerEvent[]>;
}

/** What exists: pipelines, dataset versions, searches, model versions with their aliases, runs. */
export interface Registry {
  pipelines: PipelineRegistry;
  datasets: DatasetRegistry;
  searches: SearchRegistry;
  models: ModelRegistry;
  runs: RunRegistry;
  routes: RouteRegistry;
  predictions: PredictionRegistry;
  outcomes: OutcomeRegistry;
  analysis: AnalysisRegistry;
  drift: DriftRegistry;
  alerts: AlertRegistry;
  breakers: BreakerRegistry;
  mlflow: MlflowRegistry;
  access: AccessRegistry;
  /** @throws RelevoError DATABASE_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
