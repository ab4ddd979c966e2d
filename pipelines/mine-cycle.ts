import { number } from '../contracts/columns.ts';
import { code, col, cyclical, flags } from '../contracts/expression.ts';
import type { FeatureStepInput } from '../contracts/features.ts';
import { definePipeline } from '../contracts/pipeline.ts';
import { mine } from './mine-fuel.ts';

/** Mean of the last ten cycles that had ended when this one began: at the face, on either way, at the dump. */
const recent = [
  { name: 'recent_face_minutes', of: 'face_minutes', by: ['excavator'] },
  { name: 'recent_empty_minutes', of: 'empty_minutes', by: ['origin', 'face'] },
  { name: 'recent_full_minutes', of: 'full_minutes', by: ['face', 'dump'] },
  { name: 'recent_dump_minutes', of: 'dump_minutes', by: ['dump'] },
];
const histories = recent.map(({ name, of, by }) => {
  const last = `PARTITION BY ${by.join(', ')} ORDER BY emptied_at, assigned_at, truck ROWS 9 PRECEDING`;
  return `by_${name} AS (
  SELECT ${by.join(', ')}, emptied_at, round(avg(${of}) OVER (${last}), 4) AS ${name} FROM cycles
  QUALIFY row_number() OVER (PARTITION BY ${by.join(', ')}, emptied_at ORDER BY assigned_at DESC, truck DESC) = 1
)`;
});
const joins = recent.map(({ name, by }) => {
  const same = by.map((key) => `by_${name}.${key} = c.${key}`).join(' AND ');
  return `ASOF LEFT JOIN by_${name} ON ${same} AND c.assigned_at >= by_${name}.emptied_at`;
});
const expected = ['expected_empty_minutes', 'expected_full_minutes'];
const names = recent.map(({ name }) => name);
const sql = `WITH ${[mine.cycles, ...histories].join(',\n')}
SELECT ${[mine.shared, ...expected, ...names].join(', ')}
FROM cycles c ${joins.join('\n')}
ORDER BY c.assigned_at, c.truck`;

const ways = ['empty_km', 'full_km', 'empty_flat_km', 'full_flat_km'];
const minutes = (optional: boolean) => number({ unit: 'min', min: 0, max: 240, optional });
const numbers = [...expected, ...names, ...ways];
const oneHot: FeatureStepInput = { step: 'one-hot', columns: ['excavator'] };

export const mineCycle = definePipeline({
  ...mine.common,
  name: 'mine-cycle',
  title: { en: 'Minutes of a haul cycle', es: 'Minutos de un ciclo de acarreo' },
  about: {
    en: 'Minutes that a truck drives, queues, loads and dumps in a cycle, from what is known when it is assigned; the plant’s own rule adds up the expected travel.',
    es: 'Minutos que un camión viaja, espera, carga y vacía en un ciclo, con lo que se sabe al asignarlo; la regla de la planta suma los viajes esperados.',
  },
  sources: {
    records: { kind: 'tables', tables: { dispatch: mine.dispatch.records }, sql },
    synthetic: { kind: 'tables', tables: { dispatch: mine.dispatch.synthetic }, sql },
  },
  columns: {
    ...mine.columns,
    ...Object.fromEntries(expected.map((name) => [name, minutes(false)])),
    ...Object.fromEntries(names.map((name) => [name, minutes(true)])),
  },
  target: 'minutes',
  inputs: [...numbers, 'excavator', 'dump_kind', 'hour'],
  features: {
    ...Object.fromEntries(numbers.map((name) => [name, col(name)])),
    rule: col(expected[0]).plus(col(expected[1])),
    ...cyclical('hour', col('hour'), 24),
    ...flags('dump_kind', mine.dumps),
    excavator: code('excavator', mine.excavators),
  },
  steps: [oneHot],
  candidates: [
    {
      ...mine.boosting,
      params: { ...mine.boosting.params, learningRate: 0.05, maxDepth: 6, maxBins: 256 },
      search: {
        learningRate: { kind: 'float', low: 0.03, high: 0.1, log: true },
        maxDepth: { kind: 'integer', low: 4, high: 8 },
        minChildWeight: { kind: 'float', low: 1, high: 20, log: true },
      },
    },
    { estimator: 'random-forest', params: { minChildWeight: 5 } },
    { name: 'vote', estimator: 'voting', members: ['xgboost', 'random-forest', 'ridge'] },
    { estimator: 'ridge', steps: [oneHot, { step: 'impute', flag: true }, { step: 'scale' }] },
  ],
});
