import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import { isAlive, type ProcessRef, processRefSchema, refOf } from './processes.ts';
import { waitUntil } from './readiness.ts';

/** Who runs where, in a file beside the data: what a later start needs to clear up after a crash. */
const leaseSchema = z.object({ server: processRefSchema, supervisor: processRefSchema });

/** A process that cannot be told from a stranger with its pid is none of ours. */
const stillRuns = (ref: ProcessRef): boolean => ref.startTicks !== undefined && isAlive(ref);

/** Notes a process that was just started; synchronous, so that a crash has no time to fall between. */
export function writeLease(file: string, pid: number): void {
  const lease = { server: refOf(pid), supervisor: refOf(process.pid) };
  writeFileSync(file, JSON.stringify(lease), { mode: 0o600 });
}

/** Takes away the note of a server that has ended; where there is none, nothing happens. */
export const removeLease = (file: string): void => rmSync(file, { force: true });

function readLease(file: string): z.infer<typeof leaseSchema> | undefined {
  try {
    return leaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

export interface Leftover {
  name: string;
  stopSignal: NodeJS.Signals;
  /** How long it may take to stop before it is killed. */
  graceMs: number;
  log(line: string): void;
}

async function end(server: ProcessRef, stopSignal: NodeJS.Signals, graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    [stopSignal, graceMs],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!stillRuns(server)) return;
    process.kill(server.pid, signal);
    await waitUntil(async () => !stillRuns(server), { timeoutMs: waitMs });
  }
}

/**
 * Ends the server that a crashed supervisor left behind.
 * @throws RelevoError HOME_IN_USE where its supervisor is alive: another Relevo works on the same data.
 */
export async function endLeftover(
  leaseFile: string,
  { name, stopSignal, graceMs, log }: Leftover,
): Promise<void> {
  const lease = readLease(leaseFile);
  if (lease === undefined || !stillRuns(lease.server)) return removeLease(leaseFile);
  const { server, supervisor } = lease;
  if (supervisor.pid !== process.pid && stillRuns(supervisor)) {
    throw new RelevoError(
      'HOME_IN_USE',
      `${name} already runs on this data for the Relevo of process ${supervisor.pid}`,
      {
        field: 'RELEVO_HOME',
        expected: 'a home that no other Relevo is using',
        where: leaseFile,
        remedy: 'Stop the other one, or give this one a RELEVO_HOME of its own.',
      },
    );
  }
  log(`ending the ${name} that an earlier run left behind (process ${server.pid})`);
  await end(server, stopSignal, graceMs);
  removeLease(leaseFile);
}
