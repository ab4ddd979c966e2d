import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { profileSchema } from '../../data/profile.ts';
import { readJson } from '../json.ts';
import {
  cellFindings,
  type Finding,
  freshnessFinding,
  quarantineFindings,
  volumeFindings,
} from './quality.ts';
import { idsAfter, lastId, lineageOf } from './row-ids.ts';
import type { Frames, Work } from './work.ts';

/** Rows that came since the last check. */
export const arrived = ({ dataset, memory, watched }: Work): number => {
  const lineage = lineageOf(dataset.manifest);
  const { parts } = dataset.manifest;
  if (memory?.lineage === lineage) return idsAfter(parts, memory.streamedRowId).length;
  return lineage === watched.lineage ? idsAfter(parts, lastId(watched.parts)).length : 0;
};

/** The newest moment of the columns that the pipeline expects to be fresh; a plant's clock counts as UTC, as in ingest. */
export async function freshnessOf(artifacts: ArtifactStore, { spec, dataset }: Work): Promise<Finding[]> {
  const expected = spec.expectations.filter((expectation) => expectation.kind === 'freshness');
  if (expected.length === 0) return [];
  const { columns } = profileSchema.parse(await readJson(artifacts, dataset.profile));
  return expected.flatMap(({ column, maxAgeHours }) => {
    const profile = columns[column];
    const last = profile?.kind === 'timestamp' ? profile.last : null;
    return freshnessFinding(
      column,
      maxAgeHours,
      last === null ? undefined : Date.parse(`${last}Z`),
      Date.now(),
    );
  });
}

const recencyFinding: Finding = {
  check: 'recency',
  message:
    'the tables were read anew since the champion was made, and no column tells which rows are later: its errors on new rows cannot be known',
};

/**
 * Faults of the rows themselves: their cells, how many of them went to quarantine since the champion's data was read,
 * and how many came. How old they are is for `freshnessOf`.
 */
export function qualityOf(work: Work, { names, reference, current }: Frames): Finding[] {
  const { dataset, watched, memory, choice } = work;
  return [
    ...cellFindings(names, reference, current),
    ...(dataset.id === watched.dataset.id ? [] : quarantineFindings(watched.dataset.report, dataset.report)),
    ...volumeFindings(memory?.volumes ?? [], arrived(work)),
    ...(choice.later === 'unknown' ? [recencyFinding] : []),
  ];
}
