import { setTimeout as sleep } from 'node:timers/promises';
import { killDelayMs } from '../../temporal.config.ts';
import type { StackState } from './lock.ts';
import { isAlive } from './processes.ts';

const pollMs = 50;

/** Ends the workers and the API of a supervisor that was killed, should any still run; they end by themselves as a rule. */
export async function endLeftoverProcesses(stale: StackState, log: (line: string) => void): Promise<void> {
  const alive = () => stale.processes.filter((process) => isAlive(process));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const { name, pid } of alive()) {
      log(`${name} (${pid}): ${signal}`);
      process.kill(pid, signal);
    }
    const deadlineMs = Date.now() + killDelayMs;
    while (alive().length > 0 && Date.now() < deadlineMs) await sleep(pollMs);
  }
}
