import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { type Answered, pace } from './paced.ts';

/** Load by a process of its own: as much as the server takes, or RATE requests a second. Prints its figures as JSON. */
const { URL: base = '', BODIES = '', PATH_ASKED = '/predict', HEADERS = '{}', SECONDS = '10' } = process.env;
const { CONNECTIONS = '16', RATE } = process.env;
const bodies: string[] = JSON.parse(readFileSync(BODIES, 'utf8'));
const headers = { 'content-type': 'application/json', ...JSON.parse(HEADERS) };
const [connections, seconds] = [Number(CONNECTIONS), Number(SECONDS)];

async function saturate(): Promise<Answered> {
  const latenciesMs: number[] = [];
  const requests = bodies.map((body) => ({ method: 'POST' as const, path: PATH_ASKED, headers, body }));
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon({ url: base, connections, duration: seconds, requests }, (error, finished) =>
      error ? reject(error) : resolve(finished),
    );
    run.on('response', (_client, _status, _bytes, responseTimeMs) => {
      latenciesMs.push(responseTimeMs);
    });
  });
  const failures = result.errors + result.timeouts + result.non2xx;
  return { latenciesMs, requests: latenciesMs.length, failures, seconds: result.duration };
}

const answered =
  RATE === undefined
    ? await saturate()
    : await pace({
        url: new URL(PATH_ASKED, base),
        ...{ bodies, headers, connections, seconds, requestsPerSecond: Number(RATE) },
      });
const latenciesMs = answered.latenciesMs.sort((a, b) => a - b);
const quantile = (q: number): number =>
  latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(q * latenciesMs.length))];
process.stdout.write(
  JSON.stringify({
    requestsPerSecond: latenciesMs.length / answered.seconds,
    requests: answered.requests,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    failures: answered.failures,
  }),
);
