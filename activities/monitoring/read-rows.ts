import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { type Frame, type Series, selectRows } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Part } from '../../contracts/refs.ts';
import { readFrame } from '../../data/datasets.ts';

/**
 * Rows of a dataset by rising id, read part by part, so that memory holds the wanted rows and one part.
 * @param rowIds rising.
 * @throws RelevoError DATASET_NOT_FOUND where an id is in none of the parts; PIPELINE_INVALID where the pipeline
 * stores no such column.
 */
export async function readRows(
  artifacts: ArtifactStore,
  parts: readonly Part[],
  spec: PipelineSpec,
  columns: string[],
  rowIds: Float64Array,
): Promise<Frame> {
  const frames: Frame[] = [];
  for (const part of parts.toSorted((a, b) => a.firstRowId - b.firstRowId)) {
    const { firstRowId, rows } = part;
    const some = rowIds.filter((id) => id >= firstRowId && id < firstRowId + rows);
    if (some.length === 0) continue;
    const frame = await readFrame([await artifacts.localPath(part.artifact)], spec, { columns });
    const isWhole = some.length === frame.rows;
    frames.push(
      isWhole
        ? frame
        : selectRows(
            frame,
            some.map((id) => id - firstRowId),
          ),
    );
  }
  if (frames.length === 0) return await readFrame([], spec, { columns });
  return frames.length === 1 ? frames[0] : joinFrames(frames);
}

/** Frames of one pipeline's columns, one below the other. */
export function joinFrames(frames: Frame[]): Frame {
  const rows = frames.reduce((sum, frame) => sum + frame.rows, 0);
  const names = Object.keys(frames[0].columns);
  return {
    rows,
    rowIds: joinNumbers(
      frames.map(({ rowIds }) => rowIds),
      rows,
    ),
    columns: Object.fromEntries(
      names.map((name) => [
        name,
        joinSeries(
          frames.map(({ columns }) => columns[name]),
          rows,
        ),
      ]),
    ),
  };
}

function joinNumbers(arrays: Float64Array[], length: number): Float64Array {
  const joined = new Float64Array(length);
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

/** Category columns of one pipeline share its dictionary. */
function joinSeries(all: Series[], length: number): Series {
  const [first] = all;
  if (first.kind === 'number')
    return {
      kind: 'number',
      values: joinNumbers(
        all.map((series) => (series.kind === 'number' ? series.values : new Float64Array(0))),
        length,
      ),
    };
  const codes = new Int32Array(length);
  let at = 0;
  for (const series of all) {
    if (series.kind !== 'text') continue;
    codes.set(series.codes, at);
    at += series.codes.length;
  }
  return { kind: 'text', codes, dictionary: first.dictionary };
}
