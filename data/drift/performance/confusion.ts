export const confusionMetrics = [
  'balancedAccuracy',
  'macroF1',
  'weightedF1',
  'macroPrecision',
  'macroRecall',
] as const;
export type ConfusionMetric = (typeof confusionMetrics)[number];

/** Whether it follows from the table of labels and answers alone, unlike the log-loss and its kind. */
export const isConfusionMetric = (metric: string): metric is ConfusionMetric =>
  (confusionMetrics as readonly string[]).includes(metric);

/**
 * Metrics of a table of labels (rows) and answers (columns), whose cells may be expected counts. A class counts where it
 * is a label or an answer.
 */
export function confusionScores(table: Float64Array, width: number): Record<ConfusionMetric, number> {
  const classes = Array.from({ length: width }, (_, label) => classScores(table, width, label));
  const seen = classes.filter(({ support, answered }) => support + answered > 0);
  const labelled = classes.filter(({ support }) => support > 0);
  const rows = table.reduce((sum, cell) => sum + cell, 0);
  return {
    balancedAccuracy: mean(labelled.map(({ recall }) => recall)),
    macroF1: mean(seen.map(({ f1 }) => f1)),
    weightedF1: classes.reduce((sum, { f1, support }) => sum + f1 * support, 0) / rows,
    macroPrecision: mean(seen.map(({ precision }) => precision)),
    macroRecall: mean(seen.map(({ recall }) => recall)),
  };
}

function classScores(table: Float64Array, width: number, label: number) {
  let support = 0;
  let answered = 0;
  for (let other = 0; other < width; other++) {
    support += table[label * width + other];
    answered += table[other * width + label];
  }
  const hits = table[label * width + label];
  return {
    support,
    answered,
    precision: share(hits, answered),
    recall: share(hits, support),
    f1: share(2 * hits, support + answered),
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
