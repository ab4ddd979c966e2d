import { type ErrorDetails, RelevoError } from '../../../contracts/errors.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { limits } from '../../limits.ts';
import { rowFaults } from './faults.ts';

/** @throws RelevoError ROW_INVALID where a row is not one that the pipeline's model takes. */
export function checkRows(
  spec: PipelineSpec,
  rows: readonly unknown[],
  place: (index: number) => string,
): void {
  const bad = rows.findIndex((row) => rowFaults(spec, row, '').length > 0);
  if (bad >= 0) throw rowsInvalid(spec, rows, bad, place);
}

/** Describes the first bad row in full, and as many of the following as an answer may list. */
export function rowsInvalid(
  spec: PipelineSpec,
  rows: readonly unknown[],
  firstBad: number,
  place: (index: number) => string,
): RelevoError {
  const faults: Omit<ErrorDetails, 'issues'>[] = [];
  for (let i = firstBad; i < rows.length && faults.length <= limits.issues; i++) {
    faults.push(...rowFaults(spec, rows[i], place(i)));
  }
  const [first, ...issues] = faults;
  if (first === undefined) {
    return new RelevoError('INTERNAL', 'A row was refused that has no fault.', { where: place(firstBad) });
  }
  const value = first.value === null ? 'missing' : JSON.stringify(first.value);
  return new RelevoError(
    'ROW_INVALID',
    `${first.where}: "${first.field}" is ${value}; expected ${first.expected}.`,
    { ...first, issues },
  );
}

export const noFiniteAnswer = (row: unknown, where: string): RelevoError =>
  new RelevoError('ROW_INVALID', `${where}: the model has no finite answer for these values.`, {
    field: where,
    value: row,
    expected: 'values like those the model learned from',
    where,
  });
