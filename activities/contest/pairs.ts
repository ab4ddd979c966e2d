import type { RowLoss } from '../../models/evaluation/losses.ts';
import { lossDifferences, rowLosses } from '../../models/evaluation/losses.ts';
import type { ContestEvidence } from '../../registry/types.ts';

/** How a contest measures: fixed before its first request, so that no choice can follow from what is seen. */
export interface ContestSetup {
  challenger: string;
  champion: string;
  metric: string;
  loss: RowLoss;
  /** Differences beyond ± this are cut off to it. */
  scale: number;
  /** Of a classification, in the order of the probabilities. */
  classes: string[];
  decisionWeights: { challenger?: number[]; champion?: number[] };
  /** Test rows that the scale is from. */
  rows: number;
}

export interface PairedRows {
  /** Challenger minus champion, −1..1 of the setup's scale. */
  differences: Float64Array;
  /** In the loss's unit, nothing cut off; 0 without rows. */
  mean: number;
}

/** The differences of the rows' losses; rows whose outcome is no answer to the question are left out. */
export function pairedRows(setup: ContestSetup, pairs: ContestEvidence['pairs']): PairedRows {
  const index = new Map(setup.classes.map((label, k) => [label, k]));
  const truths = pairs.map(({ actual }) =>
    setup.classes.length > 0 ? index.get(String(actual)) : asNumber(actual),
  );
  const outputs = Math.max(1, setup.classes.length);
  const usable = pairs.flatMap((pair, at) => {
    const truth = truths[at];
    const fits = pair.champion.length >= outputs && pair.challenger.length >= outputs;
    return truth === undefined || !fits ? [] : [{ ...pair, truth }];
  });
  const actual = Float64Array.from(usable, ({ truth }) => truth);
  const lossesOf = (who: 'challenger' | 'champion'): Float64Array => {
    const values = Float64Array.from(usable.flatMap((pair) => pair[who].slice(0, outputs)));
    return rowLosses(setup.loss, actual, { values, outputs, decisionWeights: setup.decisionWeights[who] });
  };
  const raw = lossDifferences(lossesOf('challenger'), lossesOf('champion'));
  const { scale } = setup;
  return {
    differences: raw.map((value) => Math.max(-1, Math.min(1, value / scale))),
    mean: raw.reduce((sum, value) => sum + value, 0) / Math.max(1, raw.length),
  };
}

function asNumber(value: string | number): number | undefined {
  const number = typeof value === 'number' ? value : Number.parseFloat(value);
  return Number.isFinite(number) ? number : undefined;
}
