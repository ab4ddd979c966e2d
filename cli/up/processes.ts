import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export const processRefSchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks after boot (`/proc/PID/stat`, field 22); absent where the system has no /proc. */
  startTicks: z.number().optional(),
});
/** A process, told apart from a later one with the same pid by when it started. */
export type ProcessRef = z.infer<typeof processRefSchema>;

interface ProcessStat {
  pid: number;
  parent: number;
  state: string;
  startTicks: number;
}

/** Fields of `/proc/PID/stat` behind the command, which may itself hold spaces and brackets. */
function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0], parent: Number(fields[1]), startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** A process as it can be told apart later; `startTicks` is absent where it does not run, or there is no /proc. */
export const refOf = (pid: number): ProcessRef => ({ pid, startTicks: readStat(pid)?.startTicks });

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether this very process still runs; a zombie and a stranger under the same pid do not count. */
export function isAlive({ pid, startTicks }: ProcessRef): boolean {
  const stat = readStat(pid);
  if (stat === undefined) return startTicks === undefined && answersSignals(pid);
  return stat.state !== 'Z' && (startTicks === undefined || stat.startTicks === startTicks);
}

/** Every descendant of a process and itself. */
function treeOf(pid: number, all: ProcessStat[]): number[] {
  const children = all.filter((stat) => stat.parent === pid);
  return [pid, ...children.flatMap((child) => treeOf(child.pid, all))];
}

/** Whether a process is `ancestor` itself or one of its descendants. */
export function isBelow(pid: number, ancestor: number): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = readStat(at)?.parent) {
    if (at === ancestor) return true;
  }
  return pid === ancestor;
}

export interface MemoryUse {
  /** Resident memory; pages shared between processes count in each. */
  rssBytes: number;
  /** Proportional memory: shared pages are divided among their users, so that sums are true. */
  pssBytes: number;
  processes: number;
}

function kibibytes(text: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text);
  return found ? Number(found[1]) * 1024 : 0;
}

function memoryOf(pid: number): Omit<MemoryUse, 'processes'> {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return { rssBytes: kibibytes(text, 'Rss'), pssBytes: kibibytes(text, 'Pss') };
  } catch {
    // another user's process keeps its maps to itself; its status is open
  }
  try {
    const rssBytes = kibibytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS');
    return { rssBytes, pssBytes: rssBytes };
  } catch {
    return { rssBytes: 0, pssBytes: 0 };
  }
}

/** All processes of the machine; empty where there is no /proc. */
function allProcesses(): ProcessStat[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readStat(Number(name)) ?? []);
  } catch {
    return [];
  }
}

/**
 * Memory of each process tree, in the order given. A tree that lies below another of the list counts
 * for itself only, so that the supervisor does not count its children.
 */
export function memoryOfTrees(roots: number[]): MemoryUse[] {
  const all = allProcesses();
  const known = new Set(roots);
  return roots.map((root) => {
    const others = all.filter((stat) => stat.pid === root || !known.has(stat.pid));
    const tree = treeOf(root, others);
    const uses = tree.map(memoryOf);
    return {
      rssBytes: uses.reduce((sum, use) => sum + use.rssBytes, 0),
      pssBytes: uses.reduce((sum, use) => sum + use.pssBytes, 0),
      processes: tree.length,
    };
  });
}
