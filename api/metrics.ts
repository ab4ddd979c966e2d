import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows, and how the server counts. */
export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  predictions(pipeline: string, version: string, rows: number): void;
  /** Called at each scrape to say which versions are in memory. */
  onScrape(champions: () => { pipeline: string; version: string }[]): void;
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
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
  let champions: () => { pipeline: string; version: string }[] = () => [];
  new Gauge({
    name: 'relevo_champion_info',
    help: '1 for each model version that answers',
    labelNames: ['pipeline', 'version'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { pipeline, version } of champions()) this.set({ pipeline, version }, 1);
    },
  });
  return {
    request: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    predictions: (pipeline, version, rows) => predicted.inc({ pipeline, version }, rows),
    onScrape(list) {
      champions = list;
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
