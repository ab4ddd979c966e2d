import { Agent, request } from 'node:http';

export interface Answered {
  latenciesMs: number[];
  failures: number;
  seconds: number;
}

export interface Pace {
  url: URL;
  bodies: string[];
  headers: Record<string, string>;
  connections: number;
  seconds: number;
  requestsPerSecond: number;
}

/**
 * Sends requests evenly, whatever becomes of those before, and takes each one's latency from the moment at which it was
 * sent, its wait for a free connection included: a server that stalls is charged for all who wait meanwhile, and not for
 * a late timer of this process. (autocannon's `overallRate` sends a second's requests
 * as fast as it can and then pauses, which measures saturation.)
 */
export async function pace({ url, bodies, headers, connections, ...plan }: Pace): Promise<Answered> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const total = Math.floor(plan.seconds * plan.requestsPerSecond);
  const latenciesMs: number[] = [];
  let failures = 0;
  const send = (body: string): Promise<void> =>
    new Promise((resolve) => {
      const sentMs = performance.now();
      const settle = (ok: boolean): void => {
        if (ok) latenciesMs.push(performance.now() - sentMs);
        else failures++;
        resolve();
      };
      const asked = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.once('end', () => settle(response.statusCode === 200));
        response.once('error', () => settle(false));
      });
      asked.once('error', () => settle(false));
      asked.end(body);
    });
  const startedMs = performance.now();
  const all: Promise<void>[] = [];
  await new Promise<void>((done) => {
    const tick = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      const due = Math.min(total, Math.floor((elapsedMs / 1_000) * plan.requestsPerSecond));
      while (all.length < due) all.push(send(bodies[all.length % bodies.length]));
      if (all.length < total) return;
      clearInterval(tick);
      done();
    }, 1);
  });
  await Promise.all(all);
  agent.destroy();
  return { latenciesMs, failures, seconds: (performance.now() - startedMs) / 1_000 };
}
