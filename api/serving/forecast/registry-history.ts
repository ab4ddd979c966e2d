import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import type { Registry } from '../../../registry/types.ts';
import type { HistorySource } from './histories.ts';

/** The readings that ingests leave beside each dataset version. */
export const registryHistory = (
  { datasets }: Pick<Registry, 'datasets'>,
  artifacts: ArtifactStore,
): HistorySource => ({
  async newest(pipeline, source) {
    const version = await datasets.latest(pipeline, source);
    const history = version?.artifacts.history;
    return version && history && { version: version.id, read: () => artifacts.readBytes(history) };
  },
});
