import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { DatasetVersion, MonitorState } from '../../registry/types.ts';
import type { Answerer, Answers } from './answers.ts';
import type { Choice, Rows } from './choice.ts';
import { watchedColumns } from './columns.ts';
import { askAbout, type RowReader } from './frames.ts';
import type { Watched } from './open.ts';
import type { Served } from './served.ts';

/** All that one check works with. */
export interface Work {
  spec: PipelineSpec;
  dataset: DatasetVersion;
  watched: Watched;
  memory: MonitorState | undefined;
  choice: Choice;
  reader: RowReader;
  /** What clients were answered and what turned out; absent where nobody serves. */
  served?: Served;
  signal: AbortSignal;
}

/** What the champion says of the rows that it is judged on, of the current ones, and of those new to the streams. */
export interface Asked {
  heldOut: { frame: Frame; answers: Answers };
  current: { frame: Frame; answers: Answers };
  streamed: { frame: Frame; answers: Answers };
}

/** Reads the rows of a check, each by the spec that it was stored by, and has the champion answer them. */
export async function askChampion(
  { spec, dataset, choice, watched, reader }: Work,
  champion: Answerer,
): Promise<Asked> {
  const { parts } = dataset.manifest;
  const fresh = new Set(choice.fresh);
  const ofHeldOut = choice.heldOut.parts === watched.parts ? watched.version.spec : spec;
  const of = (rowIds: Float64Array): Rows => ({ parts, rowIds });
  return {
    heldOut: await askAbout(reader, champion, ofHeldOut, choice.heldOut),
    current: await askAbout(reader, champion, spec, of(choice.current), (id) => fresh.has(id)),
    streamed: await askAbout(reader, champion, spec, of(choice.streamed)),
  };
}

/** The watched columns of the data on both sides. */
export async function dataFrames({ spec, dataset, watched, choice, reader }: Work) {
  const names = watchedColumns(spec).data;
  const { parts } = dataset.manifest;
  const isChampions = choice.reference.parts === watched.parts;
  const formerSpec = isChampions ? watched.version.spec : spec;
  const formerNames = names.filter((name) => (formerSpec.columns[name]?.kind ?? 'ignored') !== 'ignored');
  return {
    names,
    reference: await reader.rows(formerSpec, formerNames, choice.reference),
    current: await reader.rows(spec, names, { parts, rowIds: choice.current }),
  };
}
export type Frames = Awaited<ReturnType<typeof dataFrames>>;
