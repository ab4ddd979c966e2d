import { type Neighbourhood, predictRows } from './search.ts';

export interface SearchTask {
  known: Neighbourhood;
  queries: Float64Array;
  start: number;
  end: number;
}

/** Entry of a pool thread: predicts some rows. */
export default ({ known, queries, start, end }: SearchTask): Float64Array =>
  predictRows(known, queries, start, end);
