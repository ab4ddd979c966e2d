import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import { isAlive, type ProcessRef, processRefSchema, refOf } from './processes.ts';

/** What a running stack leaves in its home for the next command to read: who it is and where it listens. */
const stackStateSchema = z.object({
  supervisor: processRefSchema,
  startedAt: z.string(),
  apiUrl: z.string().optional(),
  processes: z.array(processRefSchema.extend({ name: z.string() })).default([]),
});
export type StackState = z.infer<typeof stackStateSchema>;

const lockFile = (home: string): string => join(home, 'up.json');

/** The state that a stack of this home left, or undefined; whether it still runs is for `isStackAlive`. */
export const readStackState = (home: string): StackState | undefined => parseState(lockFile(home));

function parseState(file: string): StackState | undefined {
  try {
    return stackStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the supervisor of a stack runs; single parts may be starting, or dead, all the same. */
export const isStackAlive = (state: StackState): boolean => isAlive(state.supervisor);

export interface HomeLock {
  /** What the stack before this one left when it did not end well. */
  stale: StackState | undefined;
  setApiUrl(apiUrl: string): void;
  /** Notes the process that now does a part; replaces the part's former one. */
  setProcess(name: string, process: ProcessRef): void;
  release(): void;
}

function refuse(home: string, state: StackState): never {
  throw new RelevoError(
    'HOME_IN_USE',
    `Another "relevo up" (process ${state.supervisor.pid}, since ${state.startedAt}) runs on ${home}`,
    {
      field: 'RELEVO_HOME',
      value: home,
      remedy: 'Use it, stop it, or set RELEVO_HOME to another folder for a second stack (with other ports).',
    },
  );
}

/**
 * Makes this process the only supervisor of a home. The lock is a file that names its owner: one whose owner
 * no longer lives (by pid and start time) is stale and taken over.
 * @throws RelevoError HOME_IN_USE where a living supervisor holds it.
 */
export function lockHome(home: string, now = new Date()): HomeLock {
  // As root PostgreSQL runs under an account of its own, which passes through the home to its data.
  mkdirSync(home, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const file = lockFile(home);
  let state: StackState = { supervisor: refOf(process.pid), startedAt: now.toISOString(), processes: [] };
  let stale: StackState | undefined;
  while (!createExclusively(file, state)) stale = removeStale(home, file);
  const update = (change: Partial<StackState>): void => {
    state = { ...state, ...change };
    const next = `${file}.${process.pid}`;
    writeState(next, state);
    renameSync(next, file);
  };
  return {
    stale,
    setApiUrl: (apiUrl) => update({ apiUrl }),
    setProcess: (name, process) =>
      update({
        processes: [...state.processes.filter((known) => known.name !== name), { name, ...process }],
      }),
    release: () => rmSync(file, { force: true }),
  };
}

/** The file appears with its content or not at all. */
function createExclusively(file: string, state: StackState): boolean {
  const own = `${file}.${process.pid}`;
  writeState(own, state);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Moves a dead owner's lock aside. What was moved is looked at again: a living one's is put back. */
function removeStale(home: string, file: string): StackState | undefined {
  const holder = readStackState(home);
  if (holder !== undefined && isStackAlive(holder)) refuse(home, holder);
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return holder; // somebody else was faster; the next attempt sees whose it is
  }
  const moved = parseState(aside);
  try {
    if (moved === undefined || !isStackAlive(moved)) return moved;
    linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
  return refuse(home, moved);
}

const writeState = (file: string, state: StackState): void =>
  writeFileSync(file, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
