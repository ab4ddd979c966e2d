import type { Matrix } from '../../contracts/frame.ts';
import { mapColumns, stepFault } from './step.ts';

/** More values than this are a quantity, not a category. */
const mostCodes = 4_096;

/**
 * The values of each column that are not missing, ascending, each once.
 * @throws RelevoError PIPELINE_INVALID where a column has so many that it cannot be one of codes.
 */
export async function codesOf(step: string, train: Matrix, at: number[]): Promise<number[][]> {
  const codes = await mapColumns(train, at, (present) =>
    [...new Set(present.sort())].map((code) => code + 0),
  );
  const wide = codes.findIndex((values) => values.length > mostCodes);
  if (wide < 0) return codes;
  const name = train.names[at[wide]];
  throw stepFault(
    step,
    name,
    `columns of at most ${mostCodes} codes`,
    `is given "${name}", which has ${codes[wide].length} values`,
  );
}

/** Place of each code in a list of them. */
export const placesOf = (codes: number[]): Map<number, number> =>
  new Map(codes.map((code, place) => [code, place]));
