import type { AliasMove, PromoteInput, PromotionDecision, RollbackInput } from '../contracts/runs.ts';
import type { ModelRegistry } from '../registry/types.ts';
import { currentRun } from './runs.ts';

interface Deps {
  registry: { models: Pick<ModelRegistry, 'promote' | 'rollback'> };
}

/** Aliases move in one transaction; the workflow run is the request, so that a retry moves them once. */
export const createPromotionActivities = ({ registry: { models } }: Deps) => ({
  async promoteModel(
    input: PromoteInput & { evidence?: PromotionDecision; overChampion?: string | null },
  ): Promise<AliasMove> {
    const { modelVersion, ...rest } = input;
    return await models.promote({ ...rest, version: modelVersion, requestId: currentRun().workflowRunId });
  },
  async rollbackModel(input: RollbackInput): Promise<AliasMove> {
    return await models.rollback({ ...input, requestId: currentRun().workflowRunId });
  },
});
