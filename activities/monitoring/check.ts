import type { ArtifactRef } from '../../contracts/refs.ts';
import type { DriftRegistry, OutcomeRegistry } from '../../registry/types.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { loadSpec } from '../specs.ts';
import { chooseRows } from './choice.ts';
import { checkAll } from './compare.ts';
import type { CheckDraft } from './draft.ts';
import { createRowReader } from './frames.ts';
import { laterRows } from './later.ts';
import { type MonitorDeps, readWatched } from './open.ts';
import { lineageOf } from './row-ids.ts';
import { readServed } from './served.ts';
import type { Work } from './work.ts';

type Deps = MonitorDeps & {
  registry: MonitorDeps['registry'] & {
    drift: Pick<DriftRegistry, 'state'>;
    outcomes: Pick<OutcomeRegistry, 'served'>;
  };
};

export interface CheckInput {
  spec: ArtifactRef;
  /** The champion that is watched, and the data that it is watched on. */
  modelVersion: string;
  datasetVersion: string;
}

/** Compares the newest rows with what the champion is used to, and says what has moved. */
export function createMonitoringActivities(deps: Deps) {
  const { artifacts, registry } = deps;
  return {
    /** Changes nothing: the report and the memory that it would leave are kept as an artifact until committed. */
    async checkDrift(input: CheckInput): Promise<CheckDraft> {
      const spec = await loadSpec(artifacts, input.spec);
      return await withHeartbeat('check', async ({ signal, report }) => {
        report({ phase: 'choose rows', done: 0, total: undefined });
        const dataset = await registry.datasets.get(input.datasetVersion);
        const watched = await readWatched(deps, spec.name, input.modelVersion);
        const known = await registry.drift.state(spec.name);
        const reader = createRowReader(artifacts);
        const { parts } = dataset.manifest;
        const choice = await chooseRows({
          spec,
          parts,
          lineage: lineageOf(dataset.manifest),
          champion: watched,
          memory: known?.state,
          later: await laterRows(spec, watched, dataset.manifest, reader),
          times: (column) => reader.times(spec, parts, column),
        });
        report({ phase: 'compare', done: 0, total: choice.current.length });
        const memory = known?.state;
        const served = await readServed(
          { artifacts, outcomes: registry.outcomes },
          watched.version,
          memory?.servedOutcome ?? 0,
        );
        const work: Work = { spec, dataset, watched, memory, choice, reader, served, signal };
        const result = await checkAll(artifacts, work);
        const body = await putJson(artifacts, 'drift-check.json', result);
        const { verdict, advice } = result.report;
        return {
          body,
          after: known?.after ?? null,
          verdict,
          advice: advice.mode,
          newRows: choice.current.length,
        };
      });
    },
  };
}
