import { type ErrorDetails, RelevoError } from '../../../contracts/errors.ts';
import type { ModelVersion } from '../../../registry/types.ts';
import type { Histories } from '../../serving/forecast/histories.ts';
import { withHistory } from '../../serving/predict.ts';
import { createColumns, inputLayout } from '../../serving/rows/columns.ts';
import { rowsInvalid } from '../../serving/rows/invalid.ts';
import { compileRowReader } from '../../serving/rows/reader.ts';

/** Why a row has no answer. */
export type RowFault = Omit<ErrorDetails, 'issues' | 'where'> & { code: string; message: string };

/** Says what is wrong with a row before a version is asked about it; undefined where nothing is. */
export type RowCheck = (row: unknown) => Promise<RowFault | undefined> | RowFault | undefined;

/** A row's error as it stands beside the row, which needs neither `where` nor further `issues`. */
export function faultOf({ code, message, details }: RelevoError): RowFault {
  const { issues: _issues, where: _where, ...fault } = details;
  return { code, message, ...fault };
}

const place = (): string => 'row';

/** Checks rows as the version reads them, each by itself; a forecast's moment too. */
export function rowCheck(version: ModelVersion, histories: Histories): RowCheck {
  const { spec } = version;
  const read = compileRowReader(spec);
  const columns = createColumns(inputLayout(spec), 1);
  const check = (row: unknown): RowFault | undefined =>
    read(row, columns, 0) ? undefined : faultOf(rowsInvalid(spec, [row], 0, place));
  if (spec.forecast === undefined) return check;
  return async (row) => {
    try {
      const { rows } = await withHistory(version, { rows: [row], place }, histories);
      return check(rows[0]);
    } catch (error) {
      if (error instanceof RelevoError && error.code === 'ROW_INVALID') return faultOf(error);
      throw error;
    }
  };
}
