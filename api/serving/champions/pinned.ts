import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import type { Registry } from '../../../registry/types.ts';
import type { Lineup } from '../routing/lineup.ts';
import { openServedModel, type ServedModel } from '../served-model.ts';
import type { Champions } from './champions.ts';

interface Pinned {
  model: Promise<ServedModel>;
  users: number;
}

/** Asks one version of a pipeline's model, whatever the aliases say. */
export interface PinnedModels {
  /**
   * Runs `work` with the named version alone in the line-up.
   * @throws RelevoError MODEL_NOT_FOUND, DATABASE_UNAVAILABLE where the version is not open already
   */
  use<T>(pipeline: string, version: string, work: (lineup: Lineup) => Promise<T>): Promise<T>;
}

const versionPattern = /^\d{1,9}\.\d{1,9}\.\d{1,9}$/;
const noSuchVersion = (pipeline: string, version: string): RelevoError =>
  new RelevoError('MODEL_NOT_FOUND', `"${pipeline}" has no model version "${version.slice(0, 80)}"`, {
    field: 'version',
    value: version,
    expected: 'a version such as 1.2.0',
  });

/** Versions beside those in service that are open at once. */
const mostOpen = 4;

/** Keeps the versions that were asked for last open; one that is let go answers its requests first. */
export function createPinnedModels(options: {
  champions: Pick<Champions, 'lineup'>;
  registry: { models: Pick<Registry['models'], 'get'> };
  artifacts: Pick<ArtifactStore, 'localPath'>;
}): PinnedModels {
  const { champions, registry, artifacts } = options;
  /** Least recently used first. */
  const open = new Map<string, Pinned>();

  const load = async (pipeline: string, version: string): Promise<ServedModel> => {
    const found = await registry.models.get(pipeline, version);
    return await openServedModel(found, await artifacts.localPath(found.onnx));
  };
  const release = (pinned: Pinned): void => {
    if (pinned.users === 0) pinned.model.then((model) => model.retire()).catch(() => undefined);
  };
  const take = (pipeline: string, version: string): Pinned => {
    const key = `${pipeline}/${version}`;
    const pinned = open.get(key) ?? { model: load(pipeline, version), users: 0 };
    open.delete(key);
    open.set(key, pinned);
    pinned.model.catch(() => {
      if (open.get(key) === pinned) open.delete(key);
    });
    for (const [oldest, other] of open) {
      if (open.size <= mostOpen) break;
      open.delete(oldest);
      release(other);
    }
    return pinned;
  };

  return {
    async use(pipeline, version, work) {
      if (!versionPattern.test(version)) throw noSuchVersion(pipeline, version);
      const { champion, contenders } = champions.lineup(pipeline);
      const serving = [champion, ...contenders.map(({ model }) => model)].find(
        (model) => model.version.version === version,
      );
      if (serving !== undefined) return await work({ champion: serving, contenders: [] });
      const pinned = take(pipeline, version);
      pinned.users++;
      try {
        return await work({ champion: await pinned.model, contenders: [] });
      } finally {
        pinned.users--;
        if (![...open.values()].includes(pinned)) release(pinned);
      }
    },
  };
}
