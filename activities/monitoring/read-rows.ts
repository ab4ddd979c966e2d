import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { type Frame, type Series, selectRows } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Part } from '../../contracts/refs.ts';
import { readFrame } from '../../data/datasets.ts';
import { joinNumbers } from '../../inference/joined.ts';
import { firstAtLeast } from '../../models/rising.ts';

/** Rows that are read at once: small parts are read together, since opening each costs more than its rows. */
const rowsAtOnce = 250_000;

/** Parts in the order of their rows, as many together as have so many rows. */
function groupsOf(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [];
  let rows = rowsAtOnce;
  for (const part of parts.toSorted((a, b) => a.firstRowId - b.firstRowId)) {
    rows += part.rows;
    if (rows > rowsAtOnce) {
      groups.push([]);
      rows = part.rows;
    }
    groups[groups.length - 1].push(part);
  }
  return groups;
}

/**
 * Rows of a dataset by rising id, read a few parts at a time, so that memory holds the wanted rows and one large part.
 * @param rowIds rising.
 * @throws RelevoError PIPELINE_INVALID where the pipeline stores no such column.
 */
export async function readRows(
  artifacts: ArtifactStore,
  parts: readonly Part[],
  spec: PipelineSpec,
  columns: string[],
  rowIds: Float64Array,
): Promise<Frame> {
  const frames: Frame[] = [];
  for (const group of groupsOf(parts)) {
    const held = group.filter(
      ({ firstRowId, rows }) => firstAtLeast(rowIds, firstRowId) < firstAtLeast(rowIds, firstRowId + rows),
    );
    if (held.length === 0) continue;
    const paths = await Promise.all(held.map(({ artifact }) => artifacts.localPath(artifact)));
    const frame = await readFrame(paths, spec, { columns });
    const places = placesIn(frame.rowIds, rowIds);
    frames.push(places.length === frame.rows ? frame : selectRows(frame, places));
  }
  if (frames.length === 0) return await readFrame([], spec, { columns });
  return frames.length === 1 ? frames[0] : joinFrames(frames);
}

/** Places of the wanted ids among all; both rise. */
function placesIn(all: Float64Array, wanted: Float64Array): number[] {
  const places: number[] = [];
  let next = firstAtLeast(wanted, all[0] ?? 0);
  for (let at = 0; at < all.length && next < wanted.length; at++) {
    while (wanted[next] < all[at]) next++;
    if (wanted[next] === all[at]) places.push(at);
  }
  return places;
}

/** Frames of one pipeline's columns, one below the other. */
export function joinFrames(frames: Frame[]): Frame {
  const rows = frames.reduce((sum, frame) => sum + frame.rows, 0);
  const names = Object.keys(frames[0].columns);
  return {
    rows,
    rowIds: joinNumbers(frames.map(({ rowIds }) => rowIds)),
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

/** Category columns of one pipeline share its dictionary. */
function joinSeries(all: Series[], length: number): Series {
  const [first] = all;
  if (first.kind === 'number')
    return {
      kind: 'number',
      values: joinNumbers(
        all.map((series) => (series.kind === 'number' ? series.values : new Float64Array(0))),
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
