import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { answerForAll, metricsOfAll } from './processes.ts';
import type { AuditLogOutcome, AuditLogState } from './security/audit/audit-log.ts';
import type { LogOutcome, LogState } from './serving/log/prediction-log.ts';
import type { ListeningOutcome } from './serving/routing/listening.ts';

/** What `/metrics` shows, and how the server counts. */
export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  predictions(pipeline: string, version: string, rows: number): void;
  /** Rows of the prediction log, by what became of them. */
  logged(outcome: LogOutcome, rows: number): void;
  /** Rows that a model beside the answering one was asked during a contest, by what became of them. */
  listened(outcome: ListeningOutcome, pipeline: string, version: string, rows: number): void;
  /** Called at each scrape to say what of the prediction log waits. */
  onLogScrape(state: () => LogState): void;
  /** Records of changes, by what became of them. */
  audited(outcome: AuditLogOutcome, records: number): void;
  /** Called at each scrape to say what of the audit waits. */
  onAuditScrape(state: () => AuditLogState): void;
  /** Called at each scrape to say which versions are in memory. */
  onScrape(champions: () => { pipeline: string; version: string }[]): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** The API's metrics in a registry of their own, with those of the Node process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  answerForAll(registry);
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'relevo_http_request_duration_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15],
    registers: [registry],
  });
  const predicted = new Counter({
    name: 'relevo_predictions_total',
    help: 'Rows answered',
    labelNames: ['pipeline', 'version'],
    registers: [registry],
  });
  const log = logMetrics(registry);
  let champions: () => { pipeline: string; version: string }[] = () => [];
  new Gauge({
    name: 'relevo_champion_info',
    help: '1 for each model version that answers',
    labelNames: ['pipeline', 'version'],
    registers: [registry],
    // Each process of the API has them all.
    aggregator: 'max',
    collect() {
      this.reset();
      for (const { pipeline, version } of champions()) this.set({ pipeline, version }, 1);
    },
  });
  return {
    request: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    predictions: (pipeline, version, rows) => predicted.inc({ pipeline, version }, rows),
    ...log,
    ...auditMetrics(registry),
    onScrape(list) {
      champions = list;
    },
    text: () => metricsOfAll() ?? registry.metrics(),
    contentType: registry.contentType,
  };
}

/** What is counted of the prediction log and of contests. */
function logMetrics(registry: Registry): Pick<Metrics, 'logged' | 'listened' | 'onLogScrape'> {
  const registers = [registry];
  const logged = new Counter({
    name: 'relevo_prediction_log_rows_total',
    help: 'Rows of the prediction log by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const listened = new Counter({
    name: 'relevo_contest_rows_total',
    help: 'Rows that a model was asked beside the answering one, by what became of them',
    labelNames: ['outcome', 'pipeline', 'version'],
    registers,
  });
  return {
    logged: (outcome, rows) => logged.inc({ outcome }, rows),
    listened: (outcome, pipeline, version, rows) => listened.inc({ outcome, pipeline, version }, rows),
    onLogScrape: stateGauges<LogState>(registry, 'relevo_prediction_log', [
      ['queued_rows', 'Rows that wait in memory', 'queuedRows'],
      ['queued_bytes', 'About what those rows take of memory', 'queuedBytes'],
      ['spooled_batches', 'Batches that wait on disk for the database', 'spooledBatches'],
      ['spooled_bytes', 'Bytes that wait on disk for the database', 'spooledBytes'],
    ]),
  };
}

/** What is counted of the audit. */
function auditMetrics(registry: Registry): Pick<Metrics, 'audited' | 'onAuditScrape'> {
  const audited = new Counter({
    name: 'relevo_audit_records_total',
    help: 'Records of changes by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    audited: (outcome, records) => audited.inc({ outcome }, records),
    onAuditScrape: stateGauges<AuditLogState>(registry, 'relevo_audit', [
      ['spooled_records', 'Records of changes that wait on disk for the database', 'spooledRecords'],
      ['spooled_bytes', 'Bytes of them', 'spooledBytes'],
    ]),
  };
}

/**
 * A gauge for each number of a state.
 * @returns tells them where to read it; until then each is 0
 */
function stateGauges<State extends Record<keyof State, number>>(
  registry: Registry,
  prefix: string,
  gauges: readonly [name: string, help: string, of: keyof State][],
): (read: () => State) => void {
  let state: (() => State) | undefined;
  for (const [name, help, of] of gauges)
    new Gauge({
      ...{ name: `${prefix}_${name}`, help, registers: [registry] },
      collect() {
        this.set(state?.()[of] ?? 0);
      },
    });
  return (read) => {
    state = read;
  };
}
