import { Context } from '@temporalio/activity';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { RunKind } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type { PipelineRegistry, RunOutcome, RunRegistry } from '../registry/types.ts';
import { putSpec } from './specs.ts';

export interface RunStart {
  kind: RunKind;
  pipeline: string;
  /** What was asked for, small; a spec is pinned apart. */
  input: unknown;
  /** Of its first execution, where the run may go on in others. */
  workflowRunId?: string;
}
export type RunEnd = Omit<RunOutcome, 'id' | 'workflowRunId'> & Pick<RunStart, 'workflowRunId'>;

interface Deps {
  registry: {
    runs: Pick<RunRegistry, 'start' | 'finish'>;
    pipelines: Pick<PipelineRegistry, 'list' | 'save'>;
  };
  artifacts: ArtifactStore;
}

/** The run that this activity belongs to. */
export function currentRun(): { id: string; workflowRunId: string } {
  const { workflowExecution } = Context.current().info;
  if (!workflowExecution) throw new Error('this activity is part of a workflow run');
  return { id: workflowExecution.workflowId, workflowRunId: workflowExecution.runId };
}

/** The book of runs: what started with what, and how it ended. */
export const createRunActivities = ({ registry, artifacts }: Deps) => ({
  async startRun(start: RunStart): Promise<void> {
    await registry.runs.start({ ...currentRun(), ...start });
  },

  async finishRun(end: RunEnd): Promise<void> {
    await registry.runs.finish({ ...currentRun(), ...end });
  },

  /** Keeps the spec that a run works with, so that its steps carry a reference; a pipeline never seen becomes known. */
  async pinSpec(spec: PipelineSpec): Promise<ArtifactRef> {
    const known = await registry.pipelines.list();
    if (!known.some(({ name }) => name === spec.name)) await registry.pipelines.save(spec);
    return await putSpec(artifacts, spec);
  },
});
