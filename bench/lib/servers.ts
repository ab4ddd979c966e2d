import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server under measurement: a process of its own, and those that it started. */
export interface Running {
  url: string;
  process: ChildProcess;
}
/** How to start one on a port. */
export type Command = (port: number) => { file: string; args: string[]; env?: Record<string, string> };

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

/** @param healthPath answers with success once the server can be asked. */
export async function startServer(command: Command, healthPath = '/health'): Promise<Running> {
  const port = await freePort();
  const { file, args, env } = command(port);
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
    if (child.exitCode !== null) throw new Error(`${file} ended with code ${child.exitCode}`);
    const answer = await fetch(url + healthPath).catch(() => undefined);
    if (answer?.ok) return { url, process: child };
    await sleep(100);
  }
  throw new Error(`${file} did not answer within a minute`);
}

export async function stopServer({ process: child }: Running): Promise<void> {
  if (child.exitCode !== null) return;
  const family = familyOf(child.pid ?? 0);
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'exit');
  clearTimeout(late);
  // Not every program ends those that it started.
  for (const pid of family) endIfThere(pid);
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A process and all that descend from it. */
export function familyOf(pid: number): number[] {
  let listed = '';
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return [];
  }
  const children = listed.split(' ').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  return [pid, ...children.flatMap(familyOf)];
}

/** Resident memory of a process now and at its highest, in MiB. */
export function memoryMiB(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (field: string): number =>
    Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

const ticksPerSecond = 100;

/** Processor time that a process has used so far, in seconds: says what a request costs also on a busy machine. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Processor time, in seconds of all cores together, that the machine's host has kept for others since it started. */
export function stolenSeconds(): number {
  const [all] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  return Number(all.trim().split(/\s+/)[8] ?? 0) / ticksPerSecond;
}
