import type { Growth } from './growth.ts';
import type { Held } from './memory.ts';
import type { Histories, RunCounts } from './runs.ts';
import { type Part, parts } from './watch.ts';

export type PartGrowth = Record<Part, Record<keyof Held, Growth>>;

export interface Judged {
  counts: RunCounts;
  histories: Histories;
  /** The most that a schedule's own workflow had at any sample. */
  mostScheduleEvents: number;
  growth: PartGrowth;
}

/**
 * The most that may come to a process with a hundred scheduled runs; a year of them is 2,190. The upper end of the
 * slope's interval must keep to it, so that what is not known is no pass.
 */
export const mostPer100Runs = {
  heldMiB: 0.5,
  codeMiB: 0.5,
  residentMiB: 5,
  descriptors: 0.5,
  threads: 0.5,
} as const;
/** Far below the 10,240 at which Temporal warns. */
const mostEvents = 1_000;
/** At which Temporal warns; it continues a schedule's workflow as new before. */
const mostScheduleEvents = 10_240;
/** Of the events and bytes of a kind's histories, from the first fifth of the runs to the last. */
const mostHistoryGrowth = 1.1;

/** What must hold of a year, each with what broke it. */
export function faultsOf(judged: Judged): string[] {
  return [...runFaults(judged.counts), ...historyFaults(judged), ...memoryFaults(judged.growth)];
}

function runFaults(counts: RunCounts): string[] {
  return (['missed', 'doubled', 'failed'] as const).flatMap((fault) => {
    const ids = counts[fault];
    return ids.length === 0 ? [] : [`${ids.length} ${fault}: ${ids.slice(0, 5).join(', ')}`];
  });
}

function historyFaults({ histories, mostScheduleEvents: seen }: Judged): string[] {
  const faults: string[] = [];
  if (histories.mostEvents > mostEvents)
    faults.push(`a history of ${histories.mostEvents} events: ${histories.ofWorkflow}`);
  if (seen > mostScheduleEvents) faults.push(`a schedule's own history of ${seen} events`);
  for (const [kind, sizes] of Object.entries(histories.scheduled))
    for (const [of, { early, late }] of Object.entries(sizes))
      if (late > early * mostHistoryGrowth)
        faults.push(`the histories of ${kind} runs grow: ${early} → ${late} ${of}`);
  return faults;
}

function memoryFaults(growth: PartGrowth): string[] {
  const figures = Object.keys(mostPer100Runs) as (keyof typeof mostPer100Runs)[];
  const faults = parts.flatMap((part) =>
    figures.flatMap((figure) =>
      memoryFault(`${part}: ${figure}`, growth[part][figure], mostPer100Runs[figure]),
    ),
  );
  return [...new Set(faults)];
}

function memoryFault(figure: string, { low, high }: Growth, most: number): string[] {
  if (low === null || high === null) return ['too few days to know whether memory is level'];
  if (high <= most) return [];
  const word = low > 0 ? 'grows' : 'is not shown to be level';
  return [`${figure} ${word}: ${low.toFixed(2)} to ${high.toFixed(2)} per 100 runs, at most ${most}`];
}
