import { isAnswered } from '../answer-json.ts';
import type { Answers } from '../answers.ts';
import type { ServedModel } from '../served-model.ts';
import type { History } from './contest-answer.ts';

/** What a model that listens said of rows, from `start` on; undefined where it was not asked or could not answer. */
export type Heard = { answers: Answers; start: number } | undefined;

/** Rows that a model is asked about for the record alone. */
interface Task {
  model: ServedModel;
  rows: readonly unknown[];
  history: History | undefined;
  heard(said: Heard): void;
}

export interface Listening {
  /** `heard` is called once, soon; at once with nothing where too much is waiting. */
  ask(task: Task): void;
  /** Gives up what waits; resolves when everybody has heard. */
  close(): Promise<void>;
}

export type ListeningOutcome = 'answered' | 'dropped' | 'failed';

/** Between two runs requests have the event loop to themselves. */
const pauseMs = 5;
const runRows = 256;

/**
 * Asks models off the path of requests: rows of many requests in one run, a pause between runs, and above `maxRows`
 * waiting rows nothing more is taken.
 * @param counted hears of each task's rows, once.
 */
export function createListening(options: {
  counted(outcome: ListeningOutcome, model: ServedModel, rows: number): void;
  maxRows?: number;
}): Listening {
  const { counted, maxRows = 4_096 } = options;
  let waiting: Task[] = [];
  let waitingRows = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;

  const end = ({ model, rows, heard }: Task, outcome: ListeningOutcome, said?: Heard): void => {
    counted(outcome, model, rows.length);
    heard(said);
  };

  const schedule = (): void => {
    if (timer === undefined && waiting.length > 0) timer = setTimeout(next, pauseMs);
  };
  const next = (): void => {
    const tasks = take();
    running = (tasks[0].model.retired ? drop(tasks) : run(tasks, end)).finally(() => {
      timer = undefined;
      if (!closed) schedule();
    });
  };
  const drop = async (tasks: readonly Task[]): Promise<void> => {
    for (const task of tasks) end(task, 'dropped');
  };

  /** The oldest task and those of the same model that fit beside it. */
  const take = (): Task[] => {
    const [first] = waiting;
    const taken: Task[] = [];
    let rows = 0;
    waiting = waiting.filter((task) => {
      const fits = task === first || (task.model === first.model && rows + task.rows.length <= runRows);
      if (fits) {
        taken.push(task);
        rows += task.rows.length;
      }
      return !fits;
    });
    waitingRows -= rows;
    return taken;
  };

  return {
    ask(task) {
      if (closed || waitingRows + task.rows.length > maxRows) return end(task, 'dropped');
      waiting.push(task);
      waitingRows += task.rows.length;
      schedule();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const left = waiting;
      waiting = [];
      await Promise.all([running, drop(left)]);
    },
  };
}

type End = (task: Task, outcome: ListeningOutcome, said?: Heard) => void;

/** One run for all; where it fails, one for each, so that a row that cannot be answered spoils no other. */
async function run(tasks: Task[], end: End): Promise<void> {
  const said = await heardOf(tasks[0].model, tasks);
  if (said === undefined && tasks.length > 1) {
    for (const task of tasks) await run([task], end);
    return;
  }
  let { start } = said ?? { start: 0 };
  for (const task of tasks) {
    const finite = said !== undefined && allAnswered(said.answers, start, task.rows.length);
    if (finite) end(task, 'answered', { answers: said.answers, start });
    else end(task, 'failed');
    start += task.rows.length;
  }
}

function allAnswered(answers: Answers, start: number, rows: number): boolean {
  for (let i = start; i < start + rows; i++) if (!isAnswered(answers, i)) return false;
  return true;
}

function heardOf(model: ServedModel, tasks: Task[]): Promise<Heard> {
  const rows = tasks.flatMap((task) => task.rows);
  return new Promise((resolve) => {
    const bad = model.predict(
      rows,
      (error, answers, start) => resolve(error === undefined ? { answers, start } : undefined),
      joined(tasks),
    );
    if (bad >= 0) resolve(undefined);
  });
}

function joined(tasks: Task[]): History | undefined {
  const [{ history }] = tasks;
  if (history === undefined) return undefined;
  return Object.fromEntries(
    Object.keys(history).map((name) => [
      name,
      Float64Array.from(tasks.flatMap((task) => [...(task.history?.[name] ?? [])])),
    ]),
  );
}
