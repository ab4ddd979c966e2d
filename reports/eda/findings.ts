import type { EdaSummary } from '../../contracts/eda.ts';
import type { Format } from '../format.ts';
import type { Texts } from './texts/index.ts';

/** From here on a figure is worth a sentence. */
const notable = {
  missingShare: 0.01,
  outlierShare: 0.05,
  skewness: 3,
  twins: 0.98,
  leak: 0.98,
  rareClassShare: 0.05,
  mostOfAKind: 8,
};

/** The strongest associations of two different columns, the strongest first. */
export function strongestPairs(summary: EdaSummary): { first: string; second: string; value: number }[] {
  const { names, values } = summary.correlation.association;
  return names
    .flatMap((first, i) =>
      names.slice(0, i).map((second, j) => ({ first: second, second: first, value: values[i][j] })),
    )
    .flatMap(({ first, second, value }) => (value === null ? [] : [{ first, second, value }]))
    .sort((a, b) => b.value - a.value);
}

/** What a person should know before anything else, in sentences; empty where nothing stands out. */
export function findingsOf(summary: EdaSummary, texts: Texts, format: Format): string[] {
  const { finding } = texts;
  const { rows, columns, repeats, time, target } = summary;
  if (rows === 0) return [];
  const pairs = strongestPairs(summary);
  const involvesTarget = ({ first, second }: (typeof pairs)[number]) => first === target || second === target;
  const some = <T>(items: T[]) => items.slice(0, notable.mostOfAKind);
  const numbers = columns.flatMap((column) => (column.kind === 'number' ? [column] : []));
  return [
    ...(repeats.rows > 0
      ? [finding.repeats(format.count(repeats.rows), format.percent(repeats.rows / rows))]
      : []),
    ...(repeats.contradictions > 0 && summary.task === 'classification'
      ? [
          finding.contradictions(
            format.count(repeats.contradictions),
            format.count(repeats.contradictingRows),
            target,
          ),
        ]
      : []),
    ...rareClasses(summary).map(({ value, count }) => finding.rareClass(value, format.percent(count / rows))),
    ...some(columns.filter(({ missing }) => missing / rows >= notable.missingShare)).map((column) =>
      finding.missing(column.name, format.percent(column.missing / rows)),
    ),
    ...some(columns.filter(({ distinct }) => distinct === 1)).map(({ name }) => finding.constant(name)),
    ...some(pairs.filter((pair) => involvesTarget(pair) && pair.value >= notable.leak)).map((pair) =>
      finding.leak(pair.first === target ? pair.second : pair.first, target, format.number(pair.value)),
    ),
    ...some(pairs.filter((pair) => !involvesTarget(pair) && pair.value >= notable.twins)).map(
      ({ first, second, value }) => finding.twins(first, second, format.number(value)),
    ),
    ...some(numbers.filter(({ outliers }) => outliers.count / rows >= notable.outlierShare)).map((column) =>
      finding.outliers(column.name, format.percent(column.outliers.count / rows)),
    ),
    ...some(numbers.filter(({ statistics }) => Math.abs(statistics?.skewness ?? 0) >= notable.skewness)).map(
      ({ name, statistics }) => finding.skewed(name, format.number(statistics?.skewness)),
    ),
    ...(time && time.gaps.count > 0
      ? [finding.gaps(format.count(time.gaps.count), format.duration(time.gaps.longest[0].seconds))]
      : []),
  ];
}

function rareClasses({ columns, task, target, rows }: EdaSummary): { value: string; count: number }[] {
  const column = columns.find(({ name }) => name === target);
  if (task !== 'classification' || column?.kind !== 'category') return [];
  return column.values.filter(({ count }) => count / rows < notable.rareClassShare);
}
