import type { FittedCandidate } from '../training/fit.ts';
import type { Held } from '../training/heads.ts';

/** A champion that was gone on from. */
export interface Updated {
  /** Without heads of its own, but where it was recalibrated. */
  fitted: FittedCandidate;
  /** Loss of the pipeline's metric on the validation rows; lower is better. */
  loss: number;
  /** Rows that the heads are to be learnt from: it has learned none of them. */
  held: Held;
  /** What was done, in a few words. */
  note: string;
}
