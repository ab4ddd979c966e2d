import { openWire, requestBytes } from './wire.ts';

export interface Answered {
  latenciesMs: number[];
  /** All that were sent, those that are not counted among the latencies too. */
  requests: number;
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

/** This process is cold at first: what it sends then is slow by its own fault, and is not counted. */
const warmUpSeconds = 2;

/**
 * Sends requests evenly, whatever becomes of those before, and takes each one's latency from the moment at which it was
 * sent, its wait for a free connection included: a server that stalls is charged for all who wait meanwhile, and not for
 * a late timer of this process. (autocannon's `overallRate` sends a second's requests as fast as it can and then pauses,
 * which measures saturation.)
 */
export async function pace({ url, bodies, headers, connections, ...plan }: Pace): Promise<Answered> {
  const wire = await openWire(url, connections);
  const requests = bodies.map((body) => requestBytes(url, headers, body));
  const warmUps = Math.floor(warmUpSeconds * plan.requestsPerSecond);
  const total = warmUps + Math.floor(plan.seconds * plan.requestsPerSecond);
  const latenciesMs: number[] = [];
  let [sent, settled, failures] = [0, 0, 0];
  const startedMs = performance.now();
  await new Promise<void>((done) => {
    const send = (): void => {
      const [index, sentMs] = [sent++, performance.now()];
      wire.send(requests[index % requests.length], (isOk) => {
        if (!isOk) failures++;
        else if (index >= warmUps) latenciesMs.push(performance.now() - sentMs);
        settled++;
        if (settled === total) done();
      });
    };
    const tick = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      const due = Math.min(total, Math.floor((elapsedMs / 1_000) * plan.requestsPerSecond));
      while (sent < due) send();
      if (sent === total) clearInterval(tick);
    }, 1);
  });
  const seconds = (performance.now() - startedMs) / 1_000 - warmUpSeconds;
  wire.close();
  return { latenciesMs, requests: total, failures, seconds };
}
