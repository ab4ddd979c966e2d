import { continueAsNew, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import type { CandidatePlan, OpenedSearch } from '../activities/search.ts';
import type { MetricName } from '../contracts/metrics.ts';
import type { SearchResult } from '../contracts/runs.ts';
import { searchBatchSize } from '../temporal.config.ts';
import { openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { searchProgressSignal } from './queries.ts';
import { tag } from './recorded.ts';

export interface SearchInput {
  pipeline: string;
  metric: MetricName;
  set: TrainingSetRef;
  candidate: CandidatePlan;
}

/**
 * Tries parameters of one candidate in batches of parallel trials. What was tried lives in the registry:
 * a search of the same candidate on the same numbers goes on with the trials that are missing.
 */
export async function searchWorkflow(input: SearchInput): Promise<SearchResult> {
  const { pipeline, metric, set, candidate } = input;
  tag({ pipeline, kind: 'search' });
  const book = openLogBook(`Search of ${candidate.name} for ${pipeline}`, ['trials', 'choose']);
  const search = await summed(light.openSearch, `open the search of ${candidate.name}`, { set, candidate });
  const finished = new Set(search.finished);
  const { trials } = search;
  await book.step(
    'trials',
    async () => {
      for (const batch of batchesOf(trials)) {
        const missing = batch.filter((number) => !finished.has(number));
        if (missing.length === 0) continue;
        await runBatch(input, search, missing);
        for (const number of missing) finished.add(number);
        const done = batch[batch.length - 1] + 1;
        book.note('trials', `${done} of ${trials}`, done / trials);
        await tellParent(candidate.name, done, trials);
        if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof searchWorkflow>(input);
      }
    },
    () => `${trials} trials`,
  );
  return await book.step('choose', () =>
    summed(light.bestTrial, `choose of ${trials} trials`, { searchId: search.id, metric, trials }),
  );
}

/** Trial numbers in the batches they belong to, whatever the length of the search. */
const batchesOf = (trials: number): number[][] =>
  Array.from({ length: Math.ceil(trials / searchBatchSize) }, (_, batch) =>
    Array.from(
      { length: Math.min(searchBatchSize, trials - batch * searchBatchSize) },
      (_, i) => batch * searchBatchSize + i,
    ),
  );

async function runBatch(
  { set, candidate }: SearchInput,
  search: OpenedSearch,
  numbers: number[],
): Promise<void> {
  const first = numbers[0];
  const last = numbers[numbers.length - 1];
  const asked = await summed(light.askTrials, `ask for trials ${first} to ${last}`, { search, numbers });
  await Promise.all(
    asked
      .filter(({ state }) => state === 'asked')
      .map(({ number }) =>
        summed(compute.runTrial, `train ${candidate.name} trial ${number}`, {
          searchId: search.id,
          number,
          set,
          candidate: candidate.name,
          seed: search.seed,
        }),
      ),
  );
}

/** A training run that is no longer there has nothing to hear. */
async function tellParent(candidate: string, done: number, total: number): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  const handle = getExternalWorkflowHandle(parent.workflowId, parent.runId);
  await handle.signal(searchProgressSignal, { candidate, done, total }).catch(() => undefined);
}
