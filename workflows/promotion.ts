import type { AliasMove, PromoteInput, RollbackInput } from '../contracts/runs.ts';
import { openLogBook } from './log-book.ts';
import { light, summed } from './proxies.ts';
import { recorded, tag } from './recorded.ts';

/** Makes a registered version the champion because somebody says so. */
export async function promoteWorkflow(input: PromoteInput): Promise<AliasMove> {
  const { pipeline, modelVersion, actor } = input;
  return await recorded({ kind: 'promote', pipeline, input }, async () => {
    tag({ modelVersion });
    const book = openLogBook(`Promotion of ${pipeline} ${modelVersion} by ${actor}`, ['promote']);
    return await book.step(
      'promote',
      () => summed(light.promoteModel, `promote ${modelVersion}`, input),
      ({ champion, previous }) => `${champion} after ${previous ?? 'none'}`,
    );
  });
}

/** Gives the place of the champion back to the version before it. */
export async function rollbackWorkflow(input: RollbackInput): Promise<AliasMove> {
  const { pipeline, actor } = input;
  return await recorded({ kind: 'rollback', pipeline, input }, async () => {
    const book = openLogBook(`Rollback of ${pipeline} by ${actor}`, ['roll back']);
    const move = await book.step(
      'roll back',
      () => summed(light.rollbackModel, 'roll back', input),
      ({ champion }) => `to ${champion}`,
    );
    tag({ modelVersion: move.champion });
    return move;
  });
}
