import { RelevoError } from '../../contracts/errors.ts';
import type { Frame, Series } from '../../contracts/frame.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { columnOf } from './columns.ts';

/**
 * The target of the rows at the given positions (all, unless told): its value, or the index of its class.
 * @throws RelevoError TRAINING_FAILED naming a row that has none, or one that is none of the classes.
 */
export function targetOf(spec: PipelineSpec, frame: Frame, positions?: Int32Array): Float64Array {
  const read = targetReader(spec, columnOf(frame, spec.target));
  const target = new Float64Array(positions?.length ?? frame.rows);
  for (let row = 0; row < target.length; row++) {
    const position = positions === undefined ? row : positions[row];
    target[row] = read(position);
    if (!Number.isFinite(target[row])) throw noTarget(spec, frame, position);
  }
  return target;
}

function targetReader(spec: PipelineSpec, series: Series): (position: number) => number {
  if (spec.task === 'regression') {
    if (series.kind === 'number') return (position) => series.values[position];
    throw new RangeError(`the column "${spec.target}" of the frame holds no numbers`);
  }
  if (series.kind === 'number')
    throw new RangeError(`the column "${spec.target}" of the frame holds no texts`);
  const classes = classesOf(spec);
  const indices = series.dictionary.map((value) => {
    const index = classes.indexOf(value);
    return index < 0 ? Number.NaN : index;
  });
  return (position) => indices[series.codes[position]] ?? Number.NaN;
}

function noTarget(spec: PipelineSpec, frame: Frame, position: number): RelevoError {
  const series = columnOf(frame, spec.target);
  const isText = series.kind === 'text';
  const where = `row ${frame.rowIds[position]}`;
  return new RelevoError(
    'TRAINING_FAILED',
    `Row ${frame.rowIds[position]} has no ${spec.target} to learn from`,
    {
      field: spec.target,
      value: isText ? (series.dictionary[series.codes[position]] ?? '') : series.values[position],
      expected: isText ? `one of ${classesOf(spec).join(', ')}` : 'a number',
      where,
    },
  );
}
