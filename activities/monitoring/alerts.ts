import type { NewAlert } from '../../contracts/alerts.ts';
import type { DriftReport } from '../../contracts/drift.ts';

/** What one check tells people: alerts to raise, and which of those that stand are over. */
export interface CheckAlerts {
  raise: NewAlert[];
  /** Keys of alerts that are over, where they stand. */
  over: string[];
}

const driftKey = 'drift';
const performanceKey = 'performance';
const coverageKey = 'coverage';
const named = 5;

const figure = (value: number): string => String(Number(value.toPrecision(4)));

/** Names in a sentence, the first few of them. */
const list = (names: string[], and: string): string => {
  const shown = names.slice(0, named);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} ${and} ${rest}` : shown.join(', ');
};

function driftMessage({ columns, streams, kind }: DriftReport): NewAlert['message'] {
  const moved = columns.filter(({ verdict }) => verdict === 'drift').map(({ column }) => column);
  const alarmed = streams.filter(({ alarms }) => alarms.length > 0).map(({ detector }) => detector);
  const ofKind = kind === undefined ? '' : ` (${kind})`;
  if (moved.length === 0)
    return {
      en: `The champion errs more than it did${ofKind}: ${list(alarmed, 'and')} raised an alarm`,
      es: `La campeona yerra más que antes${ofKind}: alarma de ${list(alarmed, 'y')}`,
    };
  return {
    en: `The data has drifted${ofKind}: ${list(moved, 'and further')}`,
    es: `Los datos han derivado${ofKind}: ${list(moved, 'y otras')}`,
  };
}

/** A change of what inputs mean costs answers; a change of the inputs alone need not. */
const isGrave = ({ kind }: DriftReport): boolean => kind === 'concept' || kind === 'quality';

function performanceMessage({
  metric,
  reference,
  current,
}: NonNullable<DriftReport['performance']>): NewAlert['message'] {
  const figures = `${metric} ${figure(current ?? Number.NaN)}`;
  const before = figure(reference ?? Number.NaN);
  return {
    en: `The champion is worse than where it was judged: ${figures}, ${before} then`,
    es: `La campeona es peor que cuando fue juzgada: ${figures}, entonces ${before}`,
  };
}

function coverageMessage({
  promised,
  current,
}: NonNullable<NonNullable<DriftReport['performance']>['coverage']>): NewAlert['message'] {
  const [covered, stated] = [current ?? Number.NaN, promised].map((share) => figure(100 * share));
  return {
    en: `The champion's intervals cover ${covered} % of the actual values and promise ${stated} %`,
    es: `Los intervalos de la campeona cubren el ${covered} % de los valores reales y prometen el ${stated} %`,
  };
}

const qualityKey = ({ check, column }: DriftReport['quality'][number]): string =>
  ['quality', check, ...(column === undefined ? [] : [column])].join(':');

const qualityWords: Record<string, { en: string; es: string }> = {
  missing: { en: 'missing cells', es: 'celdas vacías' },
  range: { en: 'values out of range', es: 'valores fuera de rango' },
  unseen: { en: 'unseen categories', es: 'categorías nunca vistas' },
  gone: { en: 'a column is gone', es: 'falta una columna' },
  quarantine: { en: 'more rows in quarantine', es: 'más filas en cuarentena' },
  volume: { en: 'unusual number of rows', es: 'número inusual de filas' },
  freshness: { en: 'old data', es: 'datos viejos' },
  recency: { en: 'new rows unknown', es: 'filas nuevas desconocidas' },
};

function qualityMessage(finding: DriftReport['quality'][number]): NewAlert['message'] {
  const { check, column, message } = finding;
  const words = qualityWords[check] ?? { en: check, es: check };
  const where = column === undefined ? '' : ` (${column})`;
  return {
    en: `Data quality, ${words.en}${where}: ${message}`,
    es: `Calidad de datos, ${words.es}${where}: ${message}`,
  };
}

/**
 * The alerts of a check. One alert stands for all drifted columns, one for the champion's quality, one for what its
 * intervals cover, one for each finding about the data.
 * @param isSurelyWorse whether the champion's metric is worse by more than chance explains.
 * @param standing keys of the pipeline's alerts about data quality that stand.
 */
export function alertsOf(
  report: DriftReport,
  check: string,
  { isSurelyWorse, standing }: { isSurelyWorse: boolean; standing: readonly string[] },
): CheckAlerts {
  const { pipeline, modelVersion, datasetVersion, verdict, performance, quality } = report;
  const common = { pipeline, about: { check, modelVersion, datasetVersion } };
  const raise: NewAlert[] = [];
  const over: string[] = [];
  if (verdict === 'drift')
    raise.push({
      ...common,
      kind: 'drift',
      severity: isGrave(report) ? 'critical' : 'warning',
      dedupKey: driftKey,
      message: driftMessage(report),
    });
  else if (verdict === 'no_drift') over.push(driftKey);
  if (performance && isSurelyWorse)
    raise.push({
      ...common,
      kind: 'performance',
      severity: 'critical',
      dedupKey: performanceKey,
      message: performanceMessage(performance),
    });
  else if (performance?.current != null) over.push(performanceKey);
  if (performance?.coverage?.verdict === 'drift')
    raise.push({
      ...common,
      kind: 'performance',
      severity: 'warning',
      dedupKey: coverageKey,
      message: coverageMessage(performance.coverage),
    });
  else if (performance?.coverage?.verdict === 'no_drift') over.push(coverageKey);
  for (const finding of quality)
    raise.push({
      ...common,
      kind: 'quality',
      severity: finding.check === 'gone' ? 'critical' : 'warning',
      dedupKey: qualityKey(finding),
      message: qualityMessage(finding),
    });
  const found = new Set(quality.map(qualityKey));
  if (report.currentRows !== null) over.push(...standing.filter((key) => !found.has(key)));
  return { raise, over };
}
