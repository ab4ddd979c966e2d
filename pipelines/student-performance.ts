import { category, ignored } from '../contracts/columns.ts';
import { code } from '../contracts/expression.ts';
import type { FeatureStepInput } from '../contracts/features.ts';
import { definePipeline } from '../contracts/pipeline.ts';

/** Marks from worst to best, as the school writes them. */
const marks = ['Average', 'Good', 'Vg', 'Excellent'] as const;
const attempts = ['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN'] as const;
const occupations = [
  'OTHERS',
  'SCHOOL_TEACHER',
  'COLLEGE_TEACHER',
  'BUSINESS',
  'DOCTOR',
  'ENGINEER',
] as const;
/** Columns whose values have no order, and their values. */
const nominal = {
  Gender: ['male', 'female'],
  Caste: ['General', 'OBC', 'ST', 'SC'],
  coaching: ['NO', 'WA', 'OA'],
  Class_ten_education: ['SEBA', 'CBSE', 'OTHERS'],
  twelve_education: ['AHSEC', 'CBSE', 'OTHERS'],
  medium: ['ENGLISH', 'ASSAMESE', 'OTHERS'],
  Father_occupation: [...occupations, 'BANK_OFFICIAL', 'CULTIVATOR'],
  Mother_occupation: [...occupations, 'BANK_OFFICIAL', 'CULTIVATOR', 'HOUSE_WIFE'],
};
/** Columns whose values are ranks. The entry form's `Class_ X_Percentage` has a space. */
const ordinal = { time: attempts, 'Class_ X_Percentage': marks, Class_XII_Percentage: marks };
const values: Record<string, readonly string[]> = { ...nominal, ...ordinal };
const inputs = Object.keys(values);

/** Of a missing word the commonest, of a missing rank the middle one. */
const steps: FeatureStepInput[] = [
  { step: 'impute', columns: Object.keys(nominal), strategy: 'mode' },
  { step: 'impute', columns: Object.keys(ordinal), strategy: 'median' },
  { step: 'one-hot', columns: Object.keys(nominal) },
  { step: 'scale', method: 'standard' },
];
/** The same, but in as many directions of most variance. */
const compressed = (components: number): FeatureStepInput[] => [...steps, { step: 'pca', components }];
const choice = (...options: number[]) => ({ kind: 'choice' as const, options });
const file = (state: string) => ({
  kind: 'file' as const,
  path: `student/student_entry_performance_${state}.csv`,
});
const penalties = choice(0.03, 0.1, 0.3, 1, 3, 10);
const leaves = choice(2, 4, 8);
const forest = { colsampleByNode: 0.3, maxDepth: 12, minChildWeight: 4 };
const grid = { sampler: 'grid' as const, pruner: 'none' as const };

export const studentPerformance = definePipeline({
  name: 'student-performance',
  title: { en: 'Result of an entrance examination', es: 'Resultado de un examen de ingreso' },
  about: {
    en: 'Which of four ordered marks a student reaches, from schooling, attempts and family. A few hundred rows, 42 groups of which contradict one another: read the intervals.',
    es: 'Cuál de cuatro notas ordenadas alcanza un estudiante, según escuela, intentos y familia. Unos cientos de filas, con 42 grupos que se contradicen: lea los intervalos.',
  },
  task: 'classification',
  ordered: true,
  timezone: 'Asia/Kolkata',
  sources: {
    original: { kind: 'csv', locations: [file('original')] },
    dirty: { kind: 'csv', missing: ['NAN'], locations: [file('modified')] },
    synthetic: { kind: 'csv', locations: [{ kind: 'generator', name: 'students', rows: 666, seed: 582 }] },
  },
  columns: {
    Performance: category(marks),
    ...Object.fromEntries(inputs.map((name) => [name, category(values[name], { optional: true })])),
    mixed_type_col: ignored('Junk that the dirty file carries'),
  },
  target: 'Performance',
  inputs,
  expectations: [
    { kind: 'rowCount', atLeast: 100 },
    { kind: 'unique', columns: ['Performance', ...inputs], severity: 'warn' },
    { kind: 'contradiction', columns: inputs, column: 'Performance' },
  ],
  features: Object.fromEntries(inputs.map((name) => [name, code(name, values[name])])),
  steps,
  split: { kind: 'stratified', by: 'Performance', test: 0.2, validation: 0.15 },
  validation: { kind: 'stratified', folds: 5 },
  seed: 42,
  candidates: [
    { estimator: 'logistic', params: { C: 0.3 }, search: { C: penalties }, trials: 6, ...grid },
    { estimator: 'ordinal', search: { alpha: penalties }, trials: 6, ...grid },
    { estimator: 'naive-bayes', search: { varSmoothing: choice(0.001, 0.03, 0.1, 0.3) }, trials: 4, ...grid },
    {
      estimator: 'knn',
      search: {
        neighbours: choice(5, 9, 15, 25),
        weighting: { kind: 'choice', options: ['uniform', 'distance'] },
      },
      trials: 8,
      ...grid,
    },
    {
      estimator: 'random-forest',
      params: { ...forest, trees: 100 },
      search: { minChildWeight: leaves },
      trials: 3,
      ...grid,
    },
    {
      estimator: 'extra-trees',
      params: { ...forest, trees: 300 },
      search: { minChildWeight: leaves, maxDepth: choice(6, 12) },
      trials: 6,
      ...grid,
    },
    {
      estimator: 'xgboost',
      params: { rounds: 200, earlyStoppingRounds: 30, subsample: 0.8, colsampleByTree: 0.6 },
      search: { maxDepth: choice(2, 3), learningRate: choice(0.05, 0.1) },
      trials: 4,
      ...grid,
    },
    {
      name: 'logistic-pca',
      estimator: 'logistic',
      steps: compressed(3),
      search: { C: penalties },
      trials: 6,
      ...grid,
    },
    { name: 'vote', estimator: 'voting', members: ['logistic', 'extra-trees'] },
  ],
  metric: 'macroF1',
  calibration: 'temperature',
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
});
