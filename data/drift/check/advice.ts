import type { DriftReport } from '../../../contracts/drift.ts';
import { asLoss, metricNameSchema } from '../../../contracts/metrics.ts';

type Report = Omit<DriftReport, 'advice'>;
type Advice = DriftReport['advice'];

const advise = (mode: Advice['mode'], en: string, es: string): Advice => ({ mode, why: { en, es } });

/**
 * Which retrain a report asks for, and why, by what moved and how; none where a retrain would not help: nothing moved,
 * the data is broken, or the champion is as good as it was.
 */
export function adviseRetrain(report: Report): Advice {
  if (report.verdict === 'insufficient_data')
    return advise(
      'none',
      'Too few rows to say whether anything moved.',
      'Muy pocas filas para decir si algo se movió.',
    );
  if (report.verdict === 'no_drift')
    return advise('none', 'Nothing moved that matters.', 'No se movió nada que importe.');
  if (report.kind === 'quality')
    return advise(
      'none',
      'The data is broken, not the model: repair the source first.',
      'Los datos están dañados, no el modelo: repare primero la fuente.',
    );
  const quality = qualityOf(report);
  if (quality === 'kept' && report.kind !== 'calibration')
    return advise(
      'none',
      'Data moved, but the champion is as good as it was.',
      'Los datos se movieron, pero el campeón es tan bueno como antes.',
    );
  return byKind(report, quality);
}

function byKind({ kind, shape }: Report, quality: Quality): Advice {
  if (kind === 'calibration')
    return advise(
      'recalibration',
      'Only the level of the answers moved: a new calibration puts it right.',
      'Solo se movió el nivel de las respuestas: una nueva calibración lo corrige.',
    );
  if (shape === 'recurring')
    return advise(
      'replay',
      'What moved has been here before: new rows with a memory of old ones serve both.',
      'Lo que se movió ya estuvo antes: filas nuevas con memoria de las viejas sirven a ambas.',
    );
  if (kind === 'covariate') return byInputs(quality);
  if (kind === 'label')
    return advise(
      'recalibration',
      'The target is distributed otherwise at equal inputs: its level can be corrected.',
      'El objetivo se distribuye de otro modo con entradas iguales: su nivel puede corregirse.',
    );
  if (shape === 'gradual')
    return advise(
      'incremental',
      'What inputs mean is changing little by little: the champion can follow.',
      'El significado de las entradas cambia poco a poco: el campeón puede seguirlo.',
    );
  return advise(
    'window',
    'What inputs mean changed at once: rows from before mislead.',
    'El significado de las entradas cambió de golpe: las filas anteriores engañan.',
  );
}

const byInputs = (quality: Quality): Advice =>
  quality === 'lost'
    ? advise(
        'replay',
        'Inputs moved to where the champion is weaker: new rows are added to what it knows.',
        'Las entradas se movieron adonde el campeón es más débil: las filas nuevas se suman a lo que sabe.',
      )
    : advise(
        'none',
        'Only inputs moved, and nothing says that the champion is worse for it.',
        'Solo se movieron las entradas, y nada dice que el campeón sea peor por ello.',
      );

type Quality = 'kept' | 'lost' | 'unknown';

/** A relative loss of the metric that is not worth a retrain. */
const negligible = 0.01;

/**
 * Whether the champion is as good as on its test rows: by rows with a known target, by the estimate where there are
 * none, or lost where a stream over its errors says so.
 */
function qualityOf({ performance, streams, columns }: Report): Quality {
  const hasAlarm = streams.some(({ alarms }) => alarms.length > 0);
  const residuals = columns.filter(({ role }) => role === 'residual');
  if (hasAlarm || residuals.some(({ verdict }) => verdict === 'drift'))
    return worsened(performance) ?? 'lost';
  return (
    worsened(performance) ?? (residuals.some(({ verdict }) => verdict === 'no_drift') ? 'kept' : 'unknown')
  );
}

function worsened(performance: Report['performance']): Quality | undefined {
  const metric = metricNameSchema.safeParse(performance?.metric);
  if (!performance || !metric.success || performance.reference === null) return undefined;
  const before = asLoss(metric.data, performance.reference);
  const allowed = negligible * Math.abs(before);
  if (performance.current !== null)
    return asLoss(metric.data, performance.current) > before + allowed ? 'lost' : 'kept';
  if (!performance.estimated) return undefined;
  const { low, high } = performance.estimated;
  const best = Math.min(asLoss(metric.data, low), asLoss(metric.data, high));
  return best > before + allowed ? 'lost' : 'unknown';
}
