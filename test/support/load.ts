import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonRow } from './steel-model.ts';

/** A row that was answered. */
export interface Answered {
  id: string;
  modelVersion: string;
  /** By `performance.now()`: when it was asked, and when the answer was read. */
  askedMs: number;
  answeredMs: number;
}
export interface Load {
  answered: Answered[];
  /** What was answered in place of a prediction, or why nothing was. */
  failures: string[];
  /** Resolves when the last answer is there. */
  stop(): Promise<void>;
}

/** Asks for single rows, some at a time, until it is stopped. */
export function startLoad(options: {
  url: string;
  rows: readonly JsonRow[];
  clients?: number;
  /** Of each client, between an answer and its next request. */
  pauseMs?: number;
  headers?: Record<string, string>;
}): Load {
  const { url, rows, clients = 8, pauseMs = 4, headers } = options;
  const answered: Answered[] = [];
  const failures: string[] = [];
  let stopped = false;

  const ask = async (row: JsonRow): Promise<void> => {
    const askedMs = performance.now();
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(row),
    });
    const text = await response.text();
    if (response.status !== 200) {
      failures.push(`${response.status} ${text.slice(0, 200)}`);
      return;
    }
    const { predictions }: { predictions: Pick<Answered, 'id' | 'modelVersion'>[] } = JSON.parse(text);
    for (const { id, modelVersion } of predictions)
      answered.push({ id, modelVersion, askedMs, answeredMs: performance.now() });
  };
  const client = async (first: number): Promise<void> => {
    for (let at = first; !stopped; at += clients) {
      await ask(rows[at % rows.length]).catch((error: unknown) => failures.push(String(error)));
      await sleep(pauseMs);
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return {
    answered,
    failures,
    async stop() {
      stopped = true;
      await running;
    },
  };
}
