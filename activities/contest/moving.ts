import type { NewAlert } from '../../contracts/alerts.ts';
import type { ContestRoute } from '../../contracts/contest.ts';
import type { AliasMove } from '../../contracts/runs.ts';
import type { AlertRegistry, ModelRegistry, RouteRegistry } from '../../registry/types.ts';
import { currentRun } from '../runs.ts';

interface Deps {
  registry: {
    models: Pick<ModelRegistry, 'promote' | 'rollback'>;
    routes: Pick<RouteRegistry, 'set' | 'clear'>;
    alerts: Pick<AlertRegistry, 'raise' | 'resolve'>;
  };
}

export interface ContestMove {
  pipeline: string;
  challenger: string;
  champion?: string;
  reason: string;
  evidence: unknown;
}
export interface ContestNews {
  pipeline: string;
  challenger: string;
  news: 'approval' | 'settled' | 'rolledBack';
  reason: string;
}

/** What a contest changes: traffic, aliases, and what people are told. Each may be done twice. */
export const createContestMoveActivities = ({ registry: { models, routes, alerts } }: Deps) => ({
  async routeContest(route: ContestRoute): Promise<void> {
    await routes.set(route);
  },

  async unrouteContest({ pipeline, challenger }: { pipeline: string; challenger: string }): Promise<void> {
    await routes.clear(pipeline, challenger);
  },

  /** @throws RelevoError CHAMPION_MOVED where another version is champion than the one it has won against. */
  async promoteChallenger(move: ContestMove): Promise<AliasMove> {
    const { id, workflowRunId } = currentRun();
    const { challenger, champion, ...rest } = move;
    return await models.promote({
      ...rest,
      version: challenger,
      overChampion: champion ?? null,
      actor: id,
      requestId: `${workflowRunId}/promote`,
    });
  },

  /** @throws RelevoError CHAMPION_MOVED where the challenger is champion no more. */
  async rollBackChallenger({ pipeline, challenger, reason, evidence }: ContestMove): Promise<AliasMove> {
    const { id, workflowRunId } = currentRun();
    return await models.rollback({
      ...{ pipeline, reason, evidence },
      actor: id,
      ofChampion: challenger,
      requestId: `${workflowRunId}/rollback`,
    });
  },

  async tellOfContest({ pipeline, challenger, news, reason }: ContestNews): Promise<void> {
    const dedupKey = `contest:${challenger}:${news === 'settled' ? 'approval' : news}`;
    if (news === 'settled') return await alerts.resolve(pipeline, dedupKey);
    const about = { run: currentRun().id, modelVersion: challenger };
    await alerts.raise({ pipeline, kind: 'contest', dedupKey, about, ...words[news](challenger, reason) });
  },
});

type Words = Pick<NewAlert, 'severity' | 'message'>;
const words = {
  approval: (challenger: string, reason: string): Words => ({
    severity: 'warning',
    message: {
      en: `Version ${challenger} waits for approval: ${reason}`,
      es: `La versión ${challenger} espera aprobación: ${reason}`,
    },
  }),
  rolledBack: (challenger: string, reason: string): Words => ({
    severity: 'critical',
    message: {
      en: `Version ${challenger} was rolled back: ${reason}`,
      es: `La versión ${challenger} se ha revertido: ${reason}`,
    },
  }),
};
