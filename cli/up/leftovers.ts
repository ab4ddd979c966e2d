import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';

/** Who runs where, in a file beside the data: what a later start needs to clear up after a crash. */
const leaseSchema = z.object({
  pid: z.number().int().positive(),
  startTicks: z.number(),
  supervisorPid: z.number().int().positive(),
  supervisorStartTicks: z.number(),
});

/** Clock ticks from boot to the start of a live process (Linux); with its id it names one process for good. */
function startTicks(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold spaces; what follows starts with the state (field 3).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

const isAlive = (pid: number, ticks: number): boolean => startTicks(pid) === ticks;

/** Notes a process that was just started; synchronous, so that a crash has no time to fall between. */
export function writeLease(file: string, pid: number): void {
  const lease = {
    pid,
    startTicks: startTicks(pid) ?? 0,
    supervisorPid: process.pid,
    supervisorStartTicks: startTicks(process.pid) ?? 0,
  };
  writeFileSync(file, JSON.stringify(lease), { mode: 0o600 });
}

export const removeLease = (file: string): void => rmSync(file, { force: true });

function readLease(file: string): z.infer<typeof leaseSchema> | undefined {
  try {
    return leaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function end(pid: number, ticks: number, stopSignal: NodeJS.Signals, graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    [stopSignal, graceMs],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!isAlive(pid, ticks)) return;
    process.kill(pid, signal);
    const deadline = performance.now() + waitMs;
    while (isAlive(pid, ticks) && performance.now() < deadline) await sleep(25);
  }
}

/**
 * Ends the server that a crashed supervisor left behind.
 * @throws RelevoError HOME_IN_USE where its supervisor is alive: another Relevo works on the same data.
 */
export async function endLeftover(
  leaseFile: string,
  server: { name: string; stopSignal: NodeJS.Signals; graceMs: number; log(line: string): void },
): Promise<void> {
  const lease = readLease(leaseFile);
  if (lease === undefined || !isAlive(lease.pid, lease.startTicks)) return removeLease(leaseFile);
  const { supervisorPid } = lease;
  if (supervisorPid !== process.pid && isAlive(supervisorPid, lease.supervisorStartTicks)) {
    throw new RelevoError(
      'HOME_IN_USE',
      `${server.name} already runs on this data for the Relevo of process ${supervisorPid}`,
      {
        field: 'RELEVO_HOME',
        expected: 'a home that no other Relevo is using',
        where: leaseFile,
        remedy: 'Stop the other one, or give this one a RELEVO_HOME of its own.',
      },
    );
  }
  server.log(`ending the ${server.name} that an earlier run left behind (process ${lease.pid})`);
  await end(lease.pid, lease.startTicks, server.stopSignal, server.graceMs);
  removeLease(leaseFile);
}
