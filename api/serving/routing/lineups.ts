import type { Logger } from 'pino';
import type { ContestRoute } from '../../../contracts/contest.ts';
import type { ModelVersion } from '../../../registry/types.ts';
import type { ChampionSource } from '../champions/source.ts';
import { openServedModel, type ServedModel } from '../served-model.ts';
import type { Contender, Lineup } from './lineup.ts';

interface Kept {
  lineup: Lineup;
  /** When the registry last said that these routes stand. */
  confirmedAtMs: number;
}

export interface Lineups {
  /** Brings one pipeline to what the registry says now; one at a time per pipeline. @throws what the registry throws */
  load(pipeline: string): Promise<void>;
  /** Without contenders where the registry has not confirmed them for `leaseMs`: a stop may not have been heard. */
  get(pipeline: string): Lineup | undefined;
  champions(): ServedModel[];
  close(): void;
}

/**
 * Holds the models that may answer for each pipeline. A model is opened once and serves on where a challenger becomes
 * champion; it is let go when it is neither. A challenger that cannot be opened, or that reads other columns than the
 * champion, sees no traffic.
 */
export function createLineups(options: {
  source: Pick<ChampionSource, 'champion' | 'routes' | 'version' | 'onnx'>;
  log: Logger;
  leaseMs: number;
  nowMs?: () => number;
}): Lineups {
  const { source, log, leaseMs, nowMs = () => performance.now() } = options;
  const kept = new Map<string, Kept>();
  let closed = false;

  const open = async (version: ModelVersion): Promise<ServedModel> =>
    await openServedModel(version, await source.onnx(version));

  /** Puts a line-up in place of the one before and lets go what is in it no more. */
  const install = (pipeline: string, lineup: Lineup, confirmedAtMs: number): void => {
    if (closed) {
      retireAll(lineup);
      return;
    }
    const before = kept.get(pipeline)?.lineup;
    kept.set(pipeline, { lineup, confirmedAtMs });
    const standing = new Set(modelsOf(lineup));
    if (before) for (const model of modelsOf(before)) if (!standing.has(model)) model.retire();
  };

  const loadChampion = async (pipeline: string): Promise<ServedModel | undefined> => {
    const version = await source.champion(pipeline);
    const lineup = kept.get(pipeline)?.lineup;
    if (version === undefined || version.version === lineup?.champion.version.version)
      return lineup?.champion;
    const contending = lineup?.contenders.find(({ model }) => model.version.version === version.version);
    const champion = contending?.model ?? (await open(version));
    const before = lineup?.champion.version.version;
    log.info({ pipeline, version: version.version, before }, 'champion in service');
    return champion;
  };

  const openContender = async (
    route: ContestRoute,
    champion: ModelVersion,
  ): Promise<Contender | undefined> => {
    const { pipeline, challenger } = route;
    try {
      const version = await source.version(pipeline, challenger);
      if (!readsAlike(version, champion)) {
        log.warn({ pipeline, version: challenger }, 'challenger reads other columns and sees no traffic');
        return undefined;
      }
      const model = await open(version);
      log.info({ pipeline, version: challenger, stage: route.stage }, 'challenger in service');
      return { route, model };
    } catch (error) {
      log.error({ err: error, pipeline, version: challenger }, 'challenger cannot be opened');
      return undefined;
    }
  };

  return {
    async load(pipeline) {
      const confirmedAtMs = nowMs();
      const routes = await source.routes(pipeline);
      const current = kept.get(pipeline)?.lineup;
      // What a route no longer allows ends before anything is opened.
      if (current) install(pipeline, { ...current, contenders: standing(current, routes) }, confirmedAtMs);
      const champion = await loadChampion(pipeline);
      if (champion === undefined) return;
      let contenders = (kept.get(pipeline)?.lineup.contenders ?? []).filter(
        ({ model }) => model !== champion && readsAlike(model.version, champion.version),
      );
      install(pipeline, { champion, contenders }, confirmedAtMs);
      const opened = new Set([champion.version.version, ...contenders.map(({ route }) => route.challenger)]);
      for (const route of routes) {
        if (closed || opened.has(route.challenger)) continue;
        const contender = await openContender(route, champion.version);
        if (contender === undefined) continue;
        contenders = [...contenders, contender];
        install(pipeline, { champion, contenders }, confirmedAtMs);
      }
    },
    get(pipeline) {
      const found = kept.get(pipeline);
      if (found === undefined || found.lineup.contenders.length === 0) return found?.lineup;
      if (nowMs() - found.confirmedAtMs < leaseMs) return found.lineup;
      return { champion: found.lineup.champion, contenders: [] };
    },
    champions: () => [...kept.values()].map(({ lineup }) => lineup.champion),
    close() {
      closed = true;
      for (const { lineup } of kept.values()) retireAll(lineup);
    },
  };
}

const modelsOf = ({ champion, contenders }: Lineup): ServedModel[] => [
  champion,
  ...contenders.map(({ model }) => model),
];

const readsAlike = (left: ModelVersion, right: ModelVersion): boolean =>
  left.inputSchemaHash === right.inputSchemaHash;

const retireAll = (lineup: Lineup): void => {
  for (const model of modelsOf(lineup)) model.retire();
};

/** The contenders whose routes stand, with the shares that they have now. */
const standing = ({ contenders }: Lineup, routes: readonly ContestRoute[]): Contender[] =>
  contenders.flatMap(({ model }) => {
    const route = routes.find(({ challenger }) => challenger === model.version.version);
    return route === undefined ? [] : [{ route, model }];
  });
