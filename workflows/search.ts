import { continueAsNew, getExternalWorkflowHandle, patched, workflowInfo } from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import type { AskedTrial, CandidatePlan, OpenedSearch } from '../activities/search.ts';
import type { MetricName } from '../contracts/metrics.ts';
import type { SearchResult } from '../contracts/runs.ts';
import { formerTrialsAtOnce } from '../temporal.config.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { searchProgressSignal } from './queries.ts';
import { tag } from './recorded.ts';
import { inWindow } from './window.ts';

/** How often a training run hears how far a search is, at most: each word is an event of its history. */
const wordsToParent = 25;

export interface SearchInput {
  pipeline: string;
  metric: MetricName;
  set: TrainingSetRef;
  candidate: CandidatePlan;
}

/**
 * Tries parameters of one candidate, some trials at once. What was tried lives in the registry: a search of the same
 * candidate on the same numbers goes on with the trials that are missing.
 */
export async function searchWorkflow(input: SearchInput): Promise<SearchResult> {
  const { pipeline, metric, set, candidate } = input;
  tag({ pipeline, kind: 'search' });
  const book = openLogBook(`Search of ${candidate.name} for ${pipeline}`, ['trials', 'choose']);
  const search = await summed(light.openSearch, `open the search of ${candidate.name}`, { set, candidate });
  const { trials } = search;
  const tryAll = patched('trials-in-a-window') ? tryInWindow : tryInBatches;
  await book.step(
    'trials',
    () => tryAll(input, search, book),
    () => `${trials} trials`,
  );
  return await book.step('choose', () =>
    summed(light.bestTrial, `choose of ${trials} trials`, { searchId: search.id, metric, trials }),
  );
}

/** Each trial is asked when the one `atOnce` before it, and all before that, have ended. */
async function tryInWindow(input: SearchInput, search: OpenedSearch, book: LogBook): Promise<void> {
  const { trials, atOnce = formerTrialsAtOnce } = search;
  const finished = new Set(search.finished);
  const everyTrials = Math.ceil(trials / wordsToParent);
  const tried = await inWindow(trials, atOnce, {
    async prepare(number) {
      const asked = finished.has(number) ? [] : await ask(input, search, [number]);
      return () => runTrials(input, search, asked);
    },
    async ended(number) {
      if (finished.has(number)) return;
      const done = number + 1;
      book.note('trials', `${done} of ${trials}`, done / trials);
      if (done % everyTrials === 0 || done === trials) await tellParent(input, done, trials);
    },
    isOver: () => workflowInfo().continueAsNewSuggested,
  });
  if (tried < trials) await continueAsNew<typeof searchWorkflow>(input);
}

/** As searches went that began before the window: batch by batch, each waiting for its last trial. */
async function tryInBatches(input: SearchInput, opened: OpenedSearch, book: LogBook): Promise<void> {
  const search = { ...opened, atOnce: formerTrialsAtOnce };
  const { trials, atOnce } = search;
  const finished = new Set(search.finished);
  for (let first = 0; first < trials; first += atOnce) {
    const end = Math.min(first + atOnce, trials);
    const batch = Array.from({ length: end - first }, (_, i) => first + i);
    const missing = batch.filter((number) => !finished.has(number));
    if (missing.length === 0) continue;
    await runTrials(input, search, await ask(input, search, missing));
    book.note('trials', `${end} of ${trials}`, end / trials);
    await tellParent(input, end, trials);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof searchWorkflow>(input);
  }
}

async function ask(
  { candidate }: SearchInput,
  search: OpenedSearch,
  numbers: number[],
): Promise<AskedTrial[]> {
  const words = numbers.length === 1 ? `trial ${numbers[0]}` : `trials ${numbers[0]} to ${numbers.at(-1)}`;
  return await summed(light.askTrials, `ask for ${words} of ${candidate.name}`, { search, numbers });
}

async function runTrials(
  { set, candidate }: SearchInput,
  { id, seed, atOnce }: OpenedSearch,
  asked: AskedTrial[],
): Promise<void> {
  await Promise.all(
    asked
      .filter(({ state }) => state === 'asked')
      .map(({ number }) =>
        summed(compute.runTrial, `train ${candidate.name} trial ${number}`, {
          searchId: id,
          number,
          set,
          candidate: candidate.name,
          seed,
          atOnce,
        }),
      ),
  );
}

/** A training run that is no longer there has nothing to hear. */
async function tellParent({ candidate }: SearchInput, done: number, total: number): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  const handle = getExternalWorkflowHandle(parent.workflowId, parent.runId);
  await handle
    .signal(searchProgressSignal, { candidate: candidate.name, done, total })
    .catch(() => undefined);
}
