import { mean } from '../../lib/report.ts';
import type { Answered } from './ask.ts';
import type { Beside } from './beside.ts';
import type { Ambiguity } from './rows.ts';

export interface OfFile {
  source: string;
  synthetic: boolean;
  ingest: { rowsRead: number; rowsAdded: number; rowsQuarantined: number; warnings: string[] };
  ambiguity: Ambiguity;
  fourClasses: Answered;
  /** The lower two classes against the upper two. */
  twoClasses: Answered;
}
export interface StudentResult {
  pipeline: string;
  seed: number;
  files: OfFile[];
  dirty: Beside | undefined;
}

const figure = (value: number): string => value.toFixed(3);
const cell = (value: number | undefined): string => (value === undefined ? '–' : figure(value)).padStart(11);
const yes = (holds: boolean): string => (holds ? 'yes' : 'NO');

/** Candidates, classes and confusion of one question. */
function answered(title: string, asked: Answered): string[] {
  const { candidates, best, peer, metrics, classification, onOtherFolds } = asked;
  const lines = Object.entries(candidates).map(([name, { mean: own, standardError }]) => {
    const other = peer.candidates[name];
    return `  ${name.padEnd(18)}${cell(own)}${cell(standardError)}${cell(other && mean(other.folds))}`;
  });
  const interval = (name: 'accuracy' | 'macroPrecision' | 'macroRecall' | 'macroF1'): string => {
    const estimate = metrics[name];
    return estimate ? `${figure(estimate.value)} [${figure(estimate.low)}, ${figure(estimate.high)}]` : '–';
  };
  return [
    title,
    `  ${'macro F1'.padEnd(18)}${['Relevo', 'std error', 'sklearn'].map((name) => name.padStart(11)).join('')}`,
    ...lines,
    `  best ${best.candidate} ${figure(best.mean)} ± ${figure(best.standardError)}, scikit-learn's ${peer.best.candidate} ${figure(peer.best.mean)}; at or above: ${yes(asked.atOrAbovePeer)}`,
    `  the best on folds of ${onOtherFolds.seeds.length} other seeds: ${figure(onOtherFolds.mean)}`,
    `  answers to rows not learned from, 95 %: accuracy ${interval('accuracy')}, precision ${interval('macroPrecision')}, recall ${interval('macroRecall')}, macro F1 ${interval('macroF1')}`,
    `  ${''.padEnd(18)}${['precision', 'recall', 'F1', 'rows'].map((name) => name.padStart(10)).join('')}   answered as ${asked.classes.join(' | ')}`,
    ...classification.perClass.map(
      ({ class: name, precision, recall, f1, support }, row) =>
        `  ${name.padEnd(18)}${[precision, recall, f1].map((value) => figure(value).padStart(10)).join('')}${String(support).padStart(10)}   ${classification.confusion[row].join(' | ')}`,
    ),
  ];
}

/** The result for people. */
export function tableOf({ pipeline, seed, files, dirty }: StudentResult): string {
  const lines = files.flatMap(({ source, synthetic, ingest, ambiguity, ...asked }) => [
    `${pipeline}: ${source}${synthetic ? ', synthetic' : ''}; ${ingest.rowsRead} rows read, ${ingest.rowsAdded} kept, ${ingest.rowsQuarantined} in quarantine`,
    `  ${ambiguity.repeats} rows repeat an earlier one; ${ambiguity.contradictions.groups} groups of equal inputs (${ambiguity.contradictions.rows} rows) have different marks: no rule of the inputs is right on more than ${figure(ambiguity.highestAccuracy)} of these rows`,
    ...answered(`  four classes, 5 folds at seed ${seed}`, asked.fourClasses),
    ...answered(`  ${asked.twoClasses.classes.join(' against ')}, 5 folds at seed ${seed}`, asked.twoClasses),
    '',
  ]);
  if (dirty === undefined) return lines.join('\n');
  const { sameFolds, ownFolds } = dirty;
  return [
    ...lines,
    `the clean file's best learnt from the dirty rows on the same folds: ${figure(sameFolds.mean)}, ${figure(sameFolds.difference)}; within one standard error: ${yes(sameFolds.withinOneStandardError)}`,
    `the best of each file on folds of its own: ${figure(ownFolds.difference)}; within one standard error: ${yes(ownFolds.withinOneStandardError)}`,
  ].join('\n');
}
