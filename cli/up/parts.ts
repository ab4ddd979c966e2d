import type { Terminal } from '../terminal.ts';
import { formatDuration } from '../view/format.ts';
import type { Service } from './child.ts';
import { type Keeper, keep } from './keeper.ts';
import type { HomeLock } from './lock.ts';
import { refOf } from './processes.ts';

/** The parts of a stack in the order of their start. */
export interface Parts {
  /** Starts a part and keeps it running; gives its first process. Parts of one rank are stopped together. */
  add<S extends Service>(name: string, rank: number, start: () => Promise<S>): Promise<S>;
  /** How many were started. */
  count(): number;
  /** Rejects when any part crashed too often. */
  gaveUp(): Promise<never>;
  /** Ends all parts, those of the highest rank first. */
  stop(): Promise<void>;
  /** Ends all processes now. */
  kill(): void;
}

interface Part {
  name: string;
  rank: number;
  keeper: Keeper;
}

/**
 * Starts and keeps the parts of a stack; the caller stops or kills them. `lock` notes each process, which a start after
 * a crash then finds.
 */
export function createParts(options: {
  terminal: Terminal;
  lock: HomeLock;
  /** Aborted when the stack is to stop: from then on an end is no crash. */
  signal: AbortSignal;
}): Parts {
  const { terminal, lock, signal } = options;
  const { texts, notes } = terminal;
  const parts: Part[] = [];

  return {
    async add<S extends Service>(name: string, rank: number, start: () => Promise<S>): Promise<S> {
      signal.throwIfAborted();
      let first: { service: S } | undefined;
      const keeper = keep({
        name,
        signal,
        async start() {
          const service = await start();
          first ??= { service };
          return service;
        },
        onStarted: ({ pid }) => lock.setProcess(name, refOf(pid)),
        onCrash: (how, { inMs, attempt }) =>
          terminal.note(notes.yellow(` ! ${texts.up.crashed(name, how, formatDuration(inMs), attempt)}`)),
      });
      parts.push({ name, rank, keeper });
      await keeper.started;
      if (first === undefined) throw new Error(`${name} is kept without having been started`);
      return first.service;
    },
    count: () => parts.length,
    gaveUp: () => Promise.race(parts.map(({ keeper }) => keeper.gaveUp)),
    async stop() {
      const ranks = [...new Set(parts.map(({ rank }) => rank))].sort((a, b) => b - a);
      for (const rank of ranks) {
        const group = parts.filter((part) => part.rank === rank);
        await Promise.all(group.map(({ keeper }) => keeper.stop()));
      }
    },
    kill() {
      for (const { keeper } of parts) keeper.current()?.kill();
    },
  };
}
