import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { RunProgress } from '../contracts/runs.ts';
import { duration } from './labels.ts';
import { progressQuery } from './queries.ts';

type Step = RunProgress['steps'][number] & { fraction: number };

/** The named steps of a run: what the `progress` query answers and what the Temporal UI shows as current details. */
export interface LogBook {
  /** Runs a step; `detail` says in words what it gave. */
  step<T>(name: string, work: () => Promise<T>, detail?: (result: T) => string): Promise<T>;
  /** Says how far a running step is. */
  note(name: string, detail: string, fraction: number): void;
  skip(name: string, why: string): void;
  /** Adds steps that are known only now; gives their own book, in which each is called without its part's name. */
  part(name: string, steps: string[]): LogBook;
}

const marks: Record<Step['state'], string> = {
  waiting: '·',
  running: '▸',
  done: '✓',
  skipped: '–',
  failed: '✗',
};

/**
 * How far steps are, each counting the same; the phase is the one that runs, else the last that is over or failed, else
 * the first.
 */
export const progressOf = (steps: Step[]): RunProgress => ({
  phase: (steps.find(({ state }) => state === 'running') ?? steps.findLast(hasEnded) ?? steps[0]).name,
  fraction: steps.reduce((sum, step) => sum + (isOver(step) ? 1 : step.fraction), 0) / steps.length,
  steps: steps.map(({ fraction: _, ...step }) => step),
});

const isOver = ({ state }: Step): boolean => state === 'done' || state === 'skipped';
const hasEnded = (step: Step): boolean => isOver(step) || step.state === 'failed';

const page = (title: string, steps: Step[]): string =>
  [
    `**${title}**`,
    '',
    ...steps.map(({ name, state, detail }) => `- ${marks[state]} ${name}${detail ? `: ${detail}` : ''}`),
  ].join('\n');

/**
 * Opens the book of a run, with at least one step, and sets the handler of the `progress` query: one book a workflow. A
 * name that the book does not have is passed over.
 */
export function openLogBook(title: string, names: string[]): LogBook {
  const steps = names.map((name): Step => ({ name, state: 'waiting', fraction: 0 }));
  const set = (name: string, change: Partial<Step>): void => {
    const step = steps.find((candidate) => candidate.name === name);
    if (step) Object.assign(step, change);
    setCurrentDetails(page(title, steps));
  };
  setHandler(progressQuery, () => progressOf(steps));
  const book: LogBook = {
    async step(name, work, detail) {
      const startedMs = Date.now();
      set(name, { state: 'running' });
      try {
        const result = await work();
        const words = detail ? `${detail(result)}, ` : '';
        set(name, { state: 'done', detail: `${words}${duration(Date.now() - startedMs)}` });
        return result;
      } catch (error) {
        set(name, { state: 'failed' });
        throw error;
      }
    },
    note: (name, detail, fraction) => set(name, { detail, fraction }),
    skip: (name, why) => set(name, { state: 'skipped', detail: why }),
    part(name, more) {
      steps.push(...more.map((step): Step => ({ name: `${name}: ${step}`, state: 'waiting', fraction: 0 })));
      return partOf(book, name);
    },
  };
  return book;
}

/** A book whose steps are those of one part. */
const partOf = (book: LogBook, part: string): LogBook => ({
  step: (name, work, detail) => book.step(`${part}: ${name}`, work, detail),
  note: (name, detail, fraction) => book.note(`${part}: ${name}`, detail, fraction),
  skip: (name, why) => book.skip(`${part}: ${name}`, why),
  part: (name, steps) => book.part(`${part}: ${name}`, steps),
});
