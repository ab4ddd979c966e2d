import {
  CancellationScope,
  executeChild,
  ParentClosePolicy,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import type { CandidatePlan } from '../activities/search.ts';
import type { FinalFit, FitInput, FitScore } from '../activities/training.ts';
import { searchWorkflowId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { SearchResult } from '../contracts/runs.ts';
import { figure } from './labels.ts';
import type { LogBook } from './log-book.ts';
import { compute, summed } from './proxies.ts';
import { searchProgressSignal } from './queries.ts';
import { searchWorkflow } from './search.ts';
import { fitStep, searchStep } from './train-plan.ts';

export interface Fitted {
  plan: CandidatePlan;
  search?: SearchResult;
  score: FitScore;
  fit: FinalFit;
}

/** All candidates at once; where one fails, the others are stopped before the run ends. */
export async function fitAll(
  spec: PipelineSpec,
  book: LogBook,
  set: TrainingSetRef,
  plans: CandidatePlan[],
): Promise<Fitted[]> {
  setHandler(searchProgressSignal, ({ candidate, done, total }) =>
    book.note(searchStep(candidate), `${done} of ${total} trials`, done / total),
  );
  const scope = new CancellationScope();
  return await scope.run(async () => {
    const running = plans.map((plan) => fitOne(spec, book, set, plan));
    try {
      return await Promise.all(running);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(running);
      throw error;
    }
  });
}

/** Finds parameters, is scored on rows that it has not seen, then is fitted again on all that it may learn from. */
async function fitOne(
  spec: PipelineSpec,
  book: LogBook,
  set: TrainingSetRef,
  plan: CandidatePlan,
): Promise<Fitted> {
  const search = plan.trials > 0 ? await searchFor(spec, book, set, plan) : undefined;
  const params = search?.params ?? plan.params;
  const input: FitInput = { set, candidate: plan.name, estimator: plan.estimator, params };
  return await book.step(
    fitStep(plan.name),
    async () => {
      const score = await summed(compute.scoreCandidate, `fit ${plan.name}`, input);
      const { steps, companionSteps, heads } = score;
      const refit = { ...input, steps, companionSteps, heads };
      const fit = await summed(compute.refitCandidate, `refit ${plan.name}`, refit);
      return { plan, search, score, fit };
    },
    ({ score }) => `validation ${spec.metric} ${figure(score.validationScore)}`,
  );
}

const searchFor = (
  { name: pipeline, metric }: PipelineSpec,
  book: LogBook,
  set: TrainingSetRef,
  candidate: CandidatePlan,
): Promise<SearchResult> =>
  book.step(
    searchStep(candidate.name),
    () =>
      executeChild(searchWorkflow, {
        workflowId: searchWorkflowId(workflowInfo().workflowId, candidate.name),
        args: [{ pipeline, metric, set, candidate }],
        staticSummary: `Search of ${candidate.name} for ${pipeline}`,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      }),
    ({ trials, pruned, validationScore }) =>
      `${trials} trials, ${pruned} pruned, best ${metric} ${validationScore === undefined ? 'none' : figure(validationScore)}`,
  );
