import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Breaker, BreakerEvent, BreakerState } from '../contracts/breaker.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { RetrainPolicy } from '../contracts/retrain.ts';
import { admission, afterRetrain, closed, type Standing } from './breaker-rules.ts';
import { type Database, lockPipeline, storableText, type Transaction } from './database.ts';
import { breakerEvents, breakers } from './schema/breakers.ts';
import { runs } from './schema/runs.ts';
import type { BreakerChange, BreakerRegistry, RetrainRun } from './types.ts';

async function standingOf(tx: Database | Transaction, pipeline: string): Promise<Standing> {
  const [row] = await tx.select().from(breakers).where(eq(breakers.pipeline, pipeline));
  if (row === undefined) return closed;
  const { state, forced, failures, losses, openedAt, trialRun, trialWorkflowRunId, trialAt } = row;
  const trial =
    trialRun !== null && trialWorkflowRunId !== null && trialAt !== null
      ? { id: trialRun, workflowRunId: trialWorkflowRunId, at: trialAt }
      : undefined;
  return { state, forced, failures, losses, openedAt: openedAt ?? undefined, trial };
}

async function stand(tx: Transaction, pipeline: string, standing: Standing): Promise<void> {
  const { trial, openedAt = null, ...rest } = standing;
  const row = {
    ...rest,
    openedAt,
    trialRun: trial?.id ?? null,
    trialWorkflowRunId: trial?.workflowRunId ?? null,
    trialAt: trial?.at ?? null,
  };
  await tx
    .insert(breakers)
    .values({ pipeline, ...row })
    .onConflictDoUpdate({ target: breakers.pipeline, set: row });
}

const sinceYesterday = sql`now() - interval '24 hours'`;

/** Retrains that were let through in the last 24 hours, and the minutes that they have taken so far. */
async function spentBy(tx: Database | Transaction, pipeline: string): Promise<Breaker['spent']> {
  const [row] = await tx
    .select({
      retrains: sql<number>`count(*)::int`,
      computeMinutes: sql<number>`coalesce(sum(extract(epoch from coalesce(${runs.finishedAt}, now()) - ${runs.startedAt})) / 60, 0)::float8`,
    })
    .from(breakerEvents)
    .leftJoin(runs, eq(runs.workflowRunId, breakerEvents.workflowRunId))
    .where(
      and(
        eq(breakerEvents.pipeline, pipeline),
        eq(breakerEvents.action, 'admit'),
        gt(breakerEvents.at, sinceYesterday),
      ),
    );
  return row;
}

async function view(tx: Database | Transaction, pipeline: string): Promise<Breaker> {
  const { state, forced, failures, losses, openedAt, trial } = await standingOf(tx, pipeline);
  return {
    pipeline,
    ...{ state, forced, failures, losses },
    ...(openedAt && { openedAt: openedAt.toISOString() }),
    ...(trial && { trialRun: trial.id }),
    spent: await spentBy(tx, pipeline),
  };
}

interface Step {
  action: BreakerEvent['action'];
  pipeline: string;
  from: BreakerState;
  to: BreakerState;
  actor: string;
  reason: string;
  workflowRunId?: string;
}
const note = (tx: Transaction, step: Step): Promise<unknown> =>
  tx
    .insert(breakerEvents)
    .values({ ...step, actor: storableText(step.actor), reason: storableText(step.reason) })
    .onConflictDoNothing();

/** What a run did before, where its step is tried again. */
async function doneBefore(
  tx: Transaction,
  pipeline: string,
  action: BreakerEvent['action'],
  { workflowRunId }: RetrainRun,
): Promise<BreakerChange | undefined> {
  const [event] = await tx
    .select()
    .from(breakerEvents)
    .where(
      and(
        eq(breakerEvents.pipeline, pipeline),
        eq(breakerEvents.action, action),
        eq(breakerEvents.workflowRunId, workflowRunId),
      ),
    );
  return event && { from: event.from, to: event.to, breaker: await view(tx, pipeline) };
}

async function admitIn(
  tx: Transaction,
  pipeline: string,
  policy: RetrainPolicy,
  run: RetrainRun,
): Promise<{ admitted: Breaker } | { refused: string }> {
  await lockPipeline(tx, pipeline);
  const before = await doneBefore(tx, pipeline, 'admit', run);
  if (before !== undefined) return { admitted: before.breaker };
  const standing = await standingOf(tx, pipeline);
  const answer = admission(standing, await spentBy(tx, pipeline), policy, run, new Date());
  const step = { pipeline, from: standing.state, actor: run.id, workflowRunId: run.workflowRunId };
  if ('refused' in answer) {
    await note(tx, { ...step, action: 'refuse', to: standing.state, reason: answer.refused });
    return answer;
  }
  if (answer.standing !== standing) await stand(tx, pipeline, answer.standing);
  await note(tx, { ...step, action: 'admit', to: answer.standing.state, reason: answer.reason });
  return { admitted: await view(tx, pipeline) };
}

/** Where retraining may stop: transitions in one transaction each, with a line in the audit. */
export function breakerRegistry(db: Database): BreakerRegistry {
  return {
    get: (pipeline) => view(db, pipeline),
    async admit(pipeline, policy, run) {
      const answer = await db.transaction((tx) => admitIn(tx, pipeline, policy, run));
      if ('admitted' in answer) return answer.admitted;
      throw new RelevoError('BREAKER_OPEN', `${pipeline} does not retrain: ${answer.refused}`, {
        field: 'pipeline',
        value: pipeline,
        remedy: `See "relevo breaker ${pipeline}"; "relevo breaker ${pipeline} close" closes it.`,
      });
    },
    conclude: (pipeline, policy, run, { verdict, reason }) =>
      db.transaction(async (tx) => {
        await lockPipeline(tx, pipeline);
        const before = await doneBefore(tx, pipeline, 'conclude', run);
        if (before !== undefined) return before;
        const standing = await standingOf(tx, pipeline);
        const after = afterRetrain(standing, policy, run, verdict, new Date());
        await stand(tx, pipeline, after);
        const [from, to] = [standing.state, after.state];
        const { id: actor, workflowRunId } = run;
        const words = `${verdict}: ${reason}`;
        await note(tx, { action: 'conclude', pipeline, from, to, actor, reason: words, workflowRunId });
        return { from, to, breaker: await view(tx, pipeline) };
      }),
    force: (pipeline, { state, actor, reason }) =>
      db.transaction(async (tx) => {
        await lockPipeline(tx, pipeline);
        const { state: from } = await standingOf(tx, pipeline);
        const opened = { ...closed, state, forced: true, openedAt: new Date() };
        await stand(tx, pipeline, state === 'open' ? opened : closed);
        await note(tx, { action: 'force', pipeline, from, to: state, actor, reason });
        return { from, to: state, breaker: await view(tx, pipeline) };
      }),
    async events(pipeline, limit = 100) {
      const rows = await db
        .select()
        .from(breakerEvents)
        .where(eq(breakerEvents.pipeline, pipeline))
        .orderBy(desc(breakerEvents.id))
        .limit(limit);
      return rows.map(({ action, from, to, actor, reason, at }) => ({
        ...{ action, from, to, actor, reason },
        at: at.toISOString(),
      }));
    },
  };
}
