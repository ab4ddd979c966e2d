import type { DriftReport } from '../../../contracts/drift.ts';

type Advice = DriftReport['advice'];

/** Which retrain a report asks for, and why. */
export function adviseRetrain(report: Omit<DriftReport, 'advice'>): Advice {
  const says = (mode: Advice['mode'], en: string, es: string): Advice => ({ mode, why: { en, es } });
  if (report.verdict !== 'drift')
    return says(
      'none',
      'Nothing has moved that a retrain could follow.',
      'No se ha movido nada que un reentrenamiento pudiera seguir.',
    );
  return says(
    'window',
    'The data moved; only the newest rows describe it.',
    'Los datos se movieron; solo las filas más nuevas los describen.',
  );
}
