import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { learnCorrection } from '../correction/learn.ts';
import { type FittedCandidate, withHeads } from '../training/fit.ts';
import { fitHeads, type Heads } from '../training/heads.ts';
import type { Sides } from '../training/model.ts';
import { joinRows, type PreparedRows } from '../training/rows.ts';
import { hold, lossOn } from '../training/score.ts';
import type { Updated } from './updated.ts';

/** A recalibrated champion, and the heads that all rows together give it. */
export interface Recalibrated extends Updated {
  heads: Heads;
  report: Record<string, unknown>;
}

/**
 * Learns anew what turns a champion's numbers into answers, and leaves the model as it is: of a classification the
 * calibration (chosen anew where the pipeline has none) and decision weights, of a regression the straight line through
 * what it says, and the interval. The loss is that of what the training rows alone would have given.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where nothing is off.
 */
export async function recalibrate(
  spec: PipelineSpec,
  base: FittedCandidate,
  { train, validation = train }: Sides,
  context: { seed: number; signal: AbortSignal },
): Promise<Recalibrated> {
  const bare = withHeads(base, {});
  const trial = await headsFor(spec, bare, train, context);
  const judged = await hold(withHeads(bare, trial.heads), validation);
  const all = train === validation ? train : joinRows(train, validation);
  const { heads, report } = await headsFor(spec, bare, all, context);
  if (JSON.stringify(heads) === JSON.stringify(base.heads) || Object.keys(heads).length === 0)
    throw new RelevoError(
      'RETRAIN_IMPOSSIBLE',
      'No calibration or line does better than the model as it is',
      {
        field: 'mode',
        value: 'recalibration',
      },
    );
  const fitted = withHeads(bare, heads);
  return {
    fitted,
    loss: lossOn(spec, judged),
    held: await hold(fitted, all),
    note: wordsOf(heads),
    heads,
    report,
  };
}

async function headsFor(
  spec: PipelineSpec,
  bare: FittedCandidate,
  rows: PreparedRows,
  context: { seed: number; signal: AbortSignal },
): Promise<{ heads: Heads; report: Record<string, unknown> }> {
  if (spec.task === 'classification') {
    const calibration = spec.calibration === 'none' ? 'auto' : spec.calibration;
    const { heads, report } = await fitHeads({ ...spec, calibration }, await hold(bare, rows), context);
    return { heads, report: { ...report } };
  }
  const said = await bare.predict(rows);
  const correction = learnCorrection(
    said.values.map((value, row) => value - rows.base[row]),
    rows.residual,
  );
  const corrected = withHeads(bare, correction ? { correction } : {});
  const { heads, report } = await fitHeads(spec, await hold(corrected, rows), context);
  return { heads: { ...(correction && { correction }), ...heads }, report: { ...report } };
}

const wordsOf = ({ calibration, correction, interval }: Heads): string =>
  [
    ...(calibration ? [`calibration: ${calibration.method}`] : []),
    ...(correction ? [`line ${correction.slope.toPrecision(3)} · x ${signed(correction.intercept)}`] : []),
    ...(interval ? [`interval ± ${interval.margin.toPrecision(3)}`] : []),
  ].join(', ');

const signed = (value: number): string => `${value < 0 ? '−' : '+'} ${Math.abs(value).toPrecision(3)}`;
