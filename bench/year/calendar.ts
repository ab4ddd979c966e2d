import { runId } from '../../contracts/ids.ts';

/** One moment of a schedule, and the run that its business key names. */
export interface Due {
  kind: 'ingest' | 'train' | 'monitor';
  at: Date;
  workflowId: string;
}
/** Six hours: what arrives, and what is due then. */
export interface Quarter {
  day: number;
  quarter: number;
  due: Due[];
}

const hourMs = 3_600_000;
export const quartersPerDay = 4;
/** Any first day will do: the schedules are paused and asked for each moment. */
const start = Date.UTC(2025, 0, 1);

const keyOf = (at: Date): string => at.toISOString().replace('.000Z', 'Z');

/** A moment as Temporal names the run that a schedule starts at it. */
const due = (kind: Due['kind'], pipeline: string, atMs: number): Due => {
  const at = new Date(atMs);
  const schedule = kind === 'monitor' ? 'scheduled' : 'nightly';
  return { kind, at, workflowId: runId(kind, pipeline, `${schedule}-${keyOf(at)}`) };
};

/** All that is due in so many days: four checks a day, and each night an ingest and a training (UTC 01:30 and 02:00). */
export function calendar(pipeline: string, days: number): Quarter[] {
  return Array.from({ length: days * quartersPerDay }, (_, at) => {
    const [day, quarter] = [Math.floor(at / quartersPerDay), at % quartersPerDay];
    const atMs = start + at * 6 * hourMs;
    const check = due('monitor', pipeline, atMs);
    const night =
      quarter === 0
        ? [due('ingest', pipeline, atMs + 1.5 * hourMs), due('train', pipeline, atMs + 2 * hourMs)]
        : [];
    return { day, quarter, due: [check, ...night] };
  });
}
