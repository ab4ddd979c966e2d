import type { Task } from '../../contracts/estimator.ts';
import type { GuardrailResult } from '../../contracts/runs.ts';
import { decide } from '../decision/index.ts';
import { momentsOf } from '../moments.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';
import { balancedAccuracy, confusionOf, scoresByClass } from './classification.ts';
import { lossDifferences, type RowLoss, rowLosses } from './losses.ts';
import { covers } from './metrics.ts';
import { fairCoinAtMost, normalAbove } from './paired.ts';
import type { Predictions } from './predictions.ts';
import { binsOf, calibrationError } from './reliability.ts';

/** The rows of one category column; −1 is missing. */
export interface Segments {
  column: string;
  codes: Int32Array;
  labels: string[];
}

export interface GuardrailInput {
  task: Task;
  /** Of a classification, for the words. */
  classes: string[];
  actual: Float64Array;
  challenger: Predictions;
  champion: Predictions;
  loss: RowLoss;
  segments: Segments[];
  /** Of the interval that a regression states; undefined where it states none. */
  level?: number;
  limits: { recallDrop: number; eceRise: number; coverageDrop: number; segmentLossRatio: number };
  seed: number;
}

/** A fall must be larger than its limit and no accident: one that chance brings this often does not count. */
const chance = 0.05;
const leastSegmentRows = 30;
const resamples = 200;

/** What must hold beside the metric, on rows that neither has learned from. */
export function judgeGuardrails(input: GuardrailInput): GuardrailResult[] {
  const ofClasses = input.task.kind === 'classification' ? [recallOf(input), calibrationOf(input)] : [];
  const found = [coverageOf(input), segmentsOf(input)];
  return [...ofClasses, ...found.filter((guardrail) => guardrail !== undefined)];
}

/**
 * The largest fall of a class's recall that chance does not explain (one-sided McNemar on the class's rows). A class may
 * fall as far as the champion answers its classes on average: a champion that answers nearly always the same has a
 * recall there that no honest challenger reaches. Nor is a fall one that fewer false answers of the class more than
 * make up for, though its recall counts four times what its precision does (F2, van Rijsbergen 1979): a champion that
 * a drift has made say a class too often owes its recall to that.
 */
function recallOf({ task, classes, actual, challenger, champion, limits }: GuardrailInput): GuardrailResult {
  const count = task.kind === 'classification' ? task.classes : 0;
  const [ours, theirs] = [challenger, champion].map(({ values, decisionWeights }) =>
    decide(values, count, decisionWeights),
  );
  const once = new Int32Array(actual.length).fill(1);
  const [ourScores, theirScores] = [ours, theirs].map((answered) =>
    scoresByClass(confusionOf(count, actual, answered, once), count),
  );
  const usual = balancedAccuracy(theirScores);
  const falls = ourScores.map(({ support, recall, f2 }, k) => {
    let [lost, won] = [0, 0];
    for (let row = 0; row < actual.length; row++) {
      if (actual[row] !== k) continue;
      if (theirs[row] === k && ours[row] !== k) lost++;
      if (theirs[row] !== k && ours[row] === k) won++;
    }
    const isChance = fairCoinAtMost(won, lost + won) > chance / count;
    const isTrade = f2 > theirScores[k].f2;
    const isFine = support === 0 || isChance || isTrade || recall >= usual;
    return { class: k, fall: isFine ? 0 : (lost - won) / support };
  });
  const worst = falls.reduce((most, next) => (next.fall > most.fall ? next : most));
  const limit = limits.recallDrop;
  return {
    ...{ name: 'recall', passed: worst.fall <= limit, value: worst.fall, limit },
    ...(worst.fall > 0 && { worst: classes[worst.class] }),
  };
}

/** The rise of the expected calibration error, where its paired bootstrap says that it rose. */
function calibrationOf({
  task,
  actual,
  challenger,
  champion,
  limits,
  seed,
}: GuardrailInput): GuardrailResult {
  const classes = task.kind === 'classification' ? task.classes : 0;
  const [ours, theirs] = [challenger, champion].map(({ values }) => binsOf(values, classes, actual));
  const rise = (counts: Int32Array): number =>
    calibrationError(ours, counts) - calibrationError(theirs, counts);
  const value = rise(new Int32Array(actual.length).fill(1));
  const random = seededRandom(seed, 'guardrails');
  const counts = new Int32Array(actual.length);
  const drawn = Float64Array.from({ length: value > limits.eceRise ? resamples : 0 }, () => {
    counts.fill(0);
    for (let row = 0; row < actual.length; row++) counts[random.integer(actual.length)]++;
    return rise(counts);
  }).sort();
  const isShown = drawn.length > 0 && quantile(drawn, chance) > 0;
  return { name: 'calibration', passed: !isShown, value, limit: limits.eceRise };
}

/**
 * The fall of the share of rows that lie within the interval, where chance does not explain it (one-sided McNemar). An
 * interval that holds what it promises has not fallen, however wide the champion's was.
 */
function coverageOf({ actual, challenger, champion, level, limits }: GuardrailInput) {
  const [ours, theirs] = [challenger.interval, champion.interval];
  if (level === undefined || ours === undefined || theirs === undefined) return undefined;
  let [covered, lost, won] = [0, 0, 0];
  for (let row = 0; row < actual.length; row++) {
    const [isOurs, isTheirs] = [covers(ours, row, actual[row]), covers(theirs, row, actual[row])];
    covered += Number(isOurs);
    lost += Number(isTheirs && !isOurs);
    won += Number(isOurs && !isTheirs);
  }
  const short = level - covered / actual.length;
  const isFine = short <= 0 || fairCoinAtMost(won, lost + won) > chance;
  const value = isFine ? 0 : Math.min(short, (lost - won) / actual.length);
  return { name: 'coverage', passed: value <= limits.coverageDrop, value, limit: limits.coverageDrop };
}

/**
 * The category whose rows the challenger loses most on, in proportion; only where a paired t test sees it, and it loses
 * more there than the champion does on all rows.
 */
function segmentsOf({ actual, challenger, champion, loss, segments, limits }: GuardrailInput) {
  const [ours, theirs] = [challenger, champion].map((said) => rowLosses(loss, actual, said));
  const differences = lossDifferences(ours, theirs);
  const usual = mean([...theirs]);
  const all = segments.flatMap(({ column, codes, labels }) =>
    rowsByCode(codes, labels.length).flatMap((rows, code) =>
      rows.length < leastSegmentRows ? [] : [{ name: `${column} = ${labels[code]}`, rows }],
    ),
  );
  if (all.length === 0) return undefined;
  const ratios = all.map(({ name, rows }) => {
    const { mean: difference, squares } = momentsOf(rows.map((row) => differences[row]));
    const spread = squares / rows.length / (rows.length - 1);
    const isChance =
      spread === 0 ? difference <= 0 : normalAbove(difference / Math.sqrt(spread)) > chance / all.length;
    const before = mean(rows.map((row) => theirs[row]));
    const isFine = isChance || before + difference <= usual;
    return { name, ratio: isFine ? 1 : ratioOf(before + difference, before) };
  });
  const worst = ratios.reduce((most, next) => (next.ratio > most.ratio ? next : most));
  const limit = limits.segmentLossRatio;
  return {
    ...{ name: 'segment', passed: worst.ratio <= limit, value: worst.ratio, limit },
    ...(worst.ratio > 1 && { worst: worst.name }),
  };
}

/** Finite, since JSON has no infinity. */
const ratioOf = (after: number, before: number): number =>
  before === 0 ? (after > 0 ? Number.MAX_VALUE : 1) : Math.min(Number.MAX_VALUE, after / before);
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function rowsByCode(codes: Int32Array, labels: number): number[][] {
  const rows = Array.from({ length: labels }, (): number[] => []);
  for (const [row, code] of codes.entries()) if (code >= 0) rows[code].push(row);
  return rows;
}
