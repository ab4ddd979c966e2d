import type { Terminal } from '../terminal.ts';
import { isStackAlive, readStackState } from '../up/lock.ts';
import { isAlive, memoryOfTrees } from '../up/processes.ts';
import { formatBytes, formatMoment } from './format.ts';

interface StackProcess {
  name: string;
  pid: number;
  alive: boolean;
  /** Of the process and its descendants. */
  rssBytes: number;
  pssBytes: number;
}
export interface StackStatus {
  startedAt: string;
  processes: StackProcess[];
  total: { rssBytes: number; pssBytes: number };
}

/** The processes of the stack that runs in a home, with their memory; undefined where none runs. */
export function readStack(home: string): StackStatus | undefined {
  const state = readStackState(home);
  if (state === undefined || !isStackAlive(state)) return undefined;
  const parts = [{ name: 'supervisor', ...state.supervisor }, ...state.processes];
  const memory = memoryOfTrees(parts.map(({ pid }) => pid));
  const processes = parts.map((part, i) => {
    const alive = isAlive(part);
    const { rssBytes, pssBytes } = alive ? memory[i] : { rssBytes: 0, pssBytes: 0 };
    return { name: part.name, pid: part.pid, alive, rssBytes, pssBytes };
  });
  const sum = (field: 'rssBytes' | 'pssBytes'): number => processes.reduce((all, use) => all + use[field], 0);
  return {
    startedAt: state.startedAt,
    processes,
    total: { rssBytes: sum('rssBytes'), pssBytes: sum('pssBytes') },
  };
}

/**
 * The processes with their resident and proportional memory; a line that nothing runs in the home where there is no
 * stack.
 */
export function showStack(terminal: Terminal, home: string, stack: StackStatus | undefined): void {
  const { texts } = terminal;
  if (stack === undefined) {
    terminal.print(texts.status.notRunning(home));
    return;
  }
  terminal.print(`${home}  ${texts.status.since(formatMoment(stack.startedAt))}`);
  const right = (title: string) => ({ title, align: 'right' as const });
  terminal.table(
    [
      { title: texts.status.process },
      right(texts.status.pid),
      right(texts.status.resident),
      right(texts.status.memory),
    ],
    [
      ...stack.processes.map(({ name, pid, alive, rssBytes, pssBytes }) => [
        name,
        String(pid),
        alive ? formatBytes(rssBytes) : texts.status.dead,
        alive ? formatBytes(pssBytes) : '',
      ]),
      [texts.status.total, '', formatBytes(stack.total.rssBytes), formatBytes(stack.total.pssBytes)],
    ],
  );
}
