import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

/** autocannon in a process of its own; prints its figures as JSON. Latencies are taken per answer, in ms. */
const { URL: url = '', BODIES = '', PATH_ASKED = '/predict', HEADERS = '{}', SECONDS = '10' } = process.env;
const { CONNECTIONS = '16', RATE } = process.env;
const bodies: string[] = JSON.parse(readFileSync(BODIES, 'utf8'));
const latenciesMs: number[] = [];
const options: autocannon.Options = {
  url,
  connections: Number(CONNECTIONS),
  duration: Number(SECONDS),
  ...(RATE === undefined ? {} : { overallRate: Number(RATE) }),
  requests: bodies.map((body) => ({
    method: 'POST',
    path: PATH_ASKED,
    headers: { 'content-type': 'application/json', ...JSON.parse(HEADERS) },
    body,
  })),
};
const result = await new Promise<autocannon.Result>((resolve, reject) => {
  const run = autocannon(options, (error, finished) => (error ? reject(error) : resolve(finished)));
  run.on('response', (_client, _status, _bytes, responseTimeMs) => {
    latenciesMs.push(responseTimeMs);
  });
});
latenciesMs.sort((a, b) => a - b);
const quantile = (q: number): number =>
  latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(q * latenciesMs.length))];
process.stdout.write(
  JSON.stringify({
    requestsPerSecond: latenciesMs.length / result.duration,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    failures: result.errors + result.timeouts + result.non2xx,
  }),
);
