import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Manifest, Split } from '../../contracts/refs.ts';
import { readFrame } from '../../data/datasets.ts';
import { type GroupRule, type GroupSides, groupSides } from '../../models/retraining/group-division.ts';
import type { ModelVersion } from '../../registry/types.ts';
import { localPaths } from '../parts.ts';
import { readSplit } from './anew.ts';
import type { LearnedReaders } from './learned.ts';

/** The column whose equal values a pipeline keeps on one side; undefined where it splits otherwise. */
export const groupColumn = ({ split }: Pick<PipelineSpec, 'split'>): string | undefined =>
  split.kind === 'group' ? split.by : undefined;

/**
 * Where a version has the groups of a pipeline that splits by them, read from the version's own dataset, since rows
 * may have other ids by now. Undefined where the pipeline does not, or the version's dataset lacks the column.
 */
export async function groupsOf(
  { artifacts, manifestOf }: LearnedReaders,
  spec: PipelineSpec,
  version: Pick<ModelVersion, 'datasetVersion' | 'splitArtifact' | 'spec'>,
): Promise<GroupSides | undefined> {
  const by = groupColumn(spec);
  if (by === undefined || version.spec.columns[by]?.kind !== spec.columns[by].kind) return undefined;
  const { parts } = await manifestOf(version.datasetVersion);
  const paths = await localPaths(artifacts, parts);
  const [frame, split] = await Promise.all([
    readFrame(paths, version.spec, { columns: [by] }),
    readSplit(artifacts, version.splitArtifact),
  ]);
  return groupSides(frame, by, split);
}

/**
 * How a retrain's rows are divided where they belong together in groups.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where nobody knows which groups the champion has learned.
 */
export async function groupRule(
  readers: LearnedReaders,
  spec: PipelineSpec,
  champion: ModelVersion,
): Promise<GroupRule | undefined> {
  const by = groupColumn(spec);
  if (by === undefined) return undefined;
  const sides = await groupsOf(readers, spec, champion);
  if (sides) return { by, sides };
  throw new RelevoError(
    'RETRAIN_IMPOSSIBLE',
    `The data of ${champion.version} has no such column "${by}": nobody knows which groups it has learned`,
    { field: 'split.by', value: by, remedy: 'Train from the start.' },
  );
}

/** The groups that a retrain's versions are judged on, by side; undefined where the pipeline does not split by groups. */
export async function groupsJudged(
  artifacts: ArtifactStore,
  spec: PipelineSpec,
  { parts }: Manifest,
  { validation, test }: Split,
): Promise<GroupSides | undefined> {
  const by = groupColumn(spec);
  if (by === undefined) return undefined;
  const frame = await readFrame(await localPaths(artifacts, parts), spec, { columns: [by] });
  return groupSides(frame, by, { train: [], validation, test });
}

/** Whether a version may know what it is to be judged on; it counts as known where nobody knows its groups. */
export const hasLearned = (version: GroupSides | undefined, judged: GroupSides): boolean =>
  version === undefined ||
  [...judged].some(([group, side]) => {
    const known = version.get(group);
    return known === 'train' || (known === 'validation' && side === 'test');
  });
