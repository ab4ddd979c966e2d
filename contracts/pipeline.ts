import { z } from 'zod';
import { type ColumnInput, columnSchema } from './columns.ts';
import { contestPolicySchema } from './contest.ts';
import { driftPolicySchema } from './drift.ts';
import { RelevoError } from './errors.ts';
import { columnsOf, type Expression, expressionSchema, Formula } from './expression.ts';
import { type FeatureStepInput, featureStepSchema } from './features.ts';
import { forecastSpecSchema } from './forecast.ts';
import { goalMetricsOf, metricNameSchema } from './metrics.ts';
import { logPolicySchema } from './predictions.ts';
import { retrainPolicySchema } from './retrain.ts';
import { servingPolicySchema } from './serving.ts';
import { sourceSpecSchema } from './source.ts';

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, starting with a letter');
const bilingual = z.strictObject({ en: z.string().min(1), es: z.string().min(1) });
export type Bilingual = z.infer<typeof bilingual>;

/**
 * Columns of one row that determine one another. Each cell stands for an interval (± half a unit of its
 * last written place); the identity holds where the first determination's interval meets its column's.
 */
export const identitySchema = z.strictObject({
  name: slug,
  about: z.string().optional(),
  /** Only rows where this is true are judged; all rows without it. */
  when: expressionSchema.optional(),
  /** Each column of the identity as a function of the others: written so that every column occurs once where it can. */
  determines: z
    .array(
      z.strictObject({
        column: z.string(),
        from: expressionSchema,
        /** A cell counts as determined where the interval computed for it is at most this wide, in the column's unit. */
        within: z.number().nonnegative().optional(),
      }),
    )
    .min(1),
});
export type Identity = z.infer<typeof identitySchema>;

const severity = z.enum(['quarantine', 'warn', 'stop']);
/** What rows and batches must satisfy beside their columns' own types, ranges and allowed values. */
export const expectationSchema = z.discriminatedUnion('kind', [
  /** Rows that repeat the key of an earlier good row go to quarantine; with `warn` they stay and are counted. */
  z.strictObject({
    kind: z.literal('unique'),
    columns: z.array(z.string()).min(1),
    severity: z.enum(['quarantine', 'warn']).optional(),
  }),
  /** Rows that are the same in `columns` and differ in `column`, such as equal inputs with different labels. */
  z.strictObject({
    kind: z.literal('contradiction'),
    columns: z.array(z.string()).min(1),
    column: z.string(),
    severity: z.enum(['warn', 'stop']).default('warn'),
  }),
  z.strictObject({ kind: z.literal('monotonic'), column: z.string(), severity: severity.default('warn') }),
  z.strictObject({
    kind: z.literal('nullShare'),
    column: z.string(),
    atMost: z.number().min(0).max(1),
    severity: severity.default('warn'),
  }),
  z.strictObject({
    kind: z.literal('rowCount'),
    atLeast: z.number().int().default(1),
    atMost: z.number().int().optional(),
    severity: severity.default('stop'),
  }),
  z.strictObject({
    kind: z.literal('freshness'),
    column: z.string(),
    maxAgeHours: z.number().positive(),
    severity: severity.default('warn'),
  }),
  z.strictObject({
    kind: z.literal('holds'),
    name: slug,
    expression: expressionSchema,
    severity: severity.default('quarantine'),
  }),
]);
export type Expectation = z.infer<typeof expectationSchema>;

export const splitSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('random'),
    test: z.number().gt(0).lt(1),
    validation: z.number().gt(0).lt(1),
  }),
  z.strictObject({
    kind: z.literal('stratified'),
    by: z.string(),
    test: z.number().gt(0).lt(1),
    validation: z.number().gt(0).lt(1),
  }),
  /** All rows of one value of the column, such as one truck, are on one side. */
  z.strictObject({
    kind: z.literal('group'),
    by: z.string(),
    test: z.number().gt(0).lt(1),
    validation: z.number().gt(0).lt(1),
  }),
  /** The last rows in time are the test rows, the last before them validation. */
  z.strictObject({
    kind: z.literal('time'),
    by: z.string(),
    test: z.number().gt(0).lt(1),
    validation: z.number().gt(0).lt(1),
  }),
]);
export type SplitSpec = z.infer<typeof splitSpecSchema>;

const folds = z.number().int().min(2).max(100).default(5);
/**
 * How candidates and trials are scored: on the validation rows, or by cross-validation over training and
 * validation rows together.
 */
export const validationSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('holdout') }),
  z.strictObject({ kind: z.literal('k-fold'), folds, repeats: z.number().int().min(1).default(1) }),
  /** Each fold has the shares of classes (or deciles of the target) of all rows. */
  z.strictObject({ kind: z.literal('stratified'), folds, repeats: z.number().int().min(1).default(1) }),
  /** All rows of one value of the column are in one fold. */
  z.strictObject({ kind: z.literal('group'), by: z.string(), folds }),
  /** Fold k learns from what lies before it, but for the last `gap` rows. */
  z.strictObject({
    kind: z.literal('time-series'),
    by: z.string(),
    folds,
    gap: z.number().int().min(0).default(0),
  }),
]);
export type ValidationSpec = z.infer<typeof validationSpecSchema>;

const dimensionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('float'),
    low: z.number(),
    high: z.number(),
    log: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('integer'),
    low: z.number().int(),
    high: z.number().int(),
    log: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('choice'),
    options: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
  }),
]);
/** `balanced`: each class weighs as much as any other. */
const classWeightsSchema = z.enum(['none', 'balanced']);
export type ClassWeights = z.infer<typeof classWeightsSchema>;

export const candidateSchema = z.strictObject({
  /** Name of the candidate; the estimator's own name unless two candidates share one. */
  name: slug.optional(),
  estimator: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Dimensions to search; the estimator's own where absent, none where trials is 0. */
  search: z.record(z.string(), dimensionSchema).optional(),
  trials: z.number().int().min(0).max(10_000).default(0),
  /** `grid` tries every choice, integer or (ten even steps of a) float in turn. */
  sampler: z.enum(['tpe', 'random', 'grid']).default('tpe'),
  /**
   * Trials that run side by side. More of them use more workers; each knows less of the others when it is asked, so that
   * the search learns later.
   */
  trialsAtOnce: z.number().int().min(1).max(256).default(3),
  /** What stops a trial early: below the median of earlier ones, or not among the best third at a rung (ASHA). */
  pruner: z.enum(['median', 'asha', 'none']).default('median'),
  /** Instead of the pipeline's. */
  steps: z.array(featureStepSchema).optional(),
  /** How classes weigh, instead of the pipeline's; an ensemble's is its members' too. */
  weights: classWeightsSchema.optional(),
  /** Names of the candidates that an ensemble (stacking, voting) is made of. */
  members: z.array(slug).min(2).optional(),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const scheduleSchema = z.strictObject({
  /** Five-field cron in the pipeline's time zone. */
  cron: z.string().min(9),
  /** How long after its time a missed run is still made up for. */
  catchUpMinutes: z.number().int().positive().default(60),
});

export const pipelineSpecSchema = z.strictObject({
  name: slug,
  title: bilingual,
  about: bilingual,
  /** A classification's classes are the values of its target column, in their order. */
  task: z.enum(['regression', 'classification']),
  /** Whether the order of the classes means something. */
  ordered: z.boolean().default(false),
  /** IANA name; schedules run in it. */
  timezone: z.string().default('UTC'),
  /** By name, in order of preference: the first whose data can be found is the default. */
  sources: z.record(slug, sourceSpecSchema),
  columns: z.record(z.string(), columnSchema),
  target: z.string(),
  /** Columns that a client sends to get a prediction: the inputs of the ONNX file, in this order. */
  inputs: z.array(z.string()).min(1),
  /** Rows come at this pace in source order, so that a missing timestamp follows from its neighbours. */
  sequence: z.strictObject({ column: z.string(), everySeconds: z.number().positive() }).optional(),
  identities: z.array(identitySchema).default([]),
  expectations: z.array(expectationSchema).default([]),
  /** Numbers that the estimators see, by name, as expressions over the inputs. */
  features: z.record(z.string(), expressionSchema),
  /** The base prediction; estimators learn target minus base. Where it is missing it counts as 0. */
  base: expressionSchema.optional(),
  /** Learnt changes of the features, the same for all candidates but those with steps of their own. */
  steps: z.array(featureStepSchema).default([]),
  /** What a forecast takes from the past. */
  forecast: forecastSpecSchema.optional(),
  weights: classWeightsSchema.default('none'),
  constraints: z
    .strictObject({
      monotone: z.record(z.string(), z.enum(['increasing', 'decreasing'])).optional(),
      interactions: z.array(z.array(z.string()).min(1)).optional(),
    })
    .optional(),
  split: splitSpecSchema,
  validation: validationSpecSchema.default({ kind: 'holdout' }),
  seed: z.number().int().default(0),
  candidates: z.array(candidateSchema).min(1),
  /** What candidates and trials are chosen by, and what a challenger must be better in. */
  metric: metricNameSchema.default('rmse'),
  /** Decides among candidates whose `metric` is within a standard error of the best; the best itself where absent. */
  tieBreak: metricNameSchema.optional(),
  /** Of a classification's probabilities, on rows that the model has not learned from; `auto` takes the best of all. */
  calibration: z.enum(['none', 'auto', 'platt', 'isotonic', 'temperature', 'bias-corrected']).default('none'),
  /** What a mistake costs, by actual and predicted class; 0 where absent. The class that costs least is answered. */
  costs: z.record(z.string(), z.record(z.string(), z.number().min(0))).optional(),
  /** Prediction intervals: the same margin everywhere (`split`), or between two learnt quantiles (`quantile`). */
  interval: z
    .strictObject({
      level: z.number().gt(0).lt(1).default(0.9),
      method: z.enum(['split', 'quantile']).default('split'),
    })
    .optional(),
  promotion: z
    .strictObject({
      /** The challenger's metric must be better by at least this share, at the given confidence. */
      marginPercent: z.number().min(0).default(0),
      confidence: z.number().gt(0.5).lt(1).default(0.95),
      resamples: z.number().int().min(100).default(2000),
    })
    .default({ marginPercent: 0, confidence: 0.95, resamples: 2000 }),
  /** What happens between a won comparison on test rows and the champion's place. */
  contest: contestPolicySchema.prefault({}),
  drift: driftPolicySchema.prefault({}),
  retrain: retrainPolicySchema.prefault({}),
  /** What becomes of rows with missing or unseen values; they are refused where absent. */
  serving: servingPolicySchema.optional(),
  /** What is kept of what is answered. */
  log: logPolicySchema.prefault({}),
  schedules: z.strictObject({ ingest: scheduleSchema, train: scheduleSchema }),
});

export type PipelineSpec = z.infer<typeof pipelineSpecSchema>;

type Formulas<T> = T extends Formula
  ? never
  : T extends Expression
    ? Formula | T
    : T extends (infer E)[]
      ? Formulas<E>[]
      : T extends object
        ? { [K in keyof T]: Formulas<T[K]> }
        : T;

type SpecInput = z.input<typeof pipelineSpecSchema>;
/** What a pipeline file writes: the spec, with formulas where the spec has expressions. */
export type PipelineDefinition = Omit<
  SpecInput,
  'columns' | 'sources' | 'features' | 'steps' | 'base' | 'identities' | 'expectations'
> & {
  columns: Record<string, ColumnInput>;
  sources: Record<string, z.input<typeof sourceSpecSchema>>;
  features: Record<string, Formula>;
  steps?: FeatureStepInput[];
  base?: Formula;
  identities?: Formulas<z.input<typeof identitySchema>>[];
  expectations?: Formulas<z.input<typeof expectationSchema>>[];
};

/** Turns formulas into expressions everywhere below a value. */
function toJson(value: unknown): unknown {
  if (value instanceof Formula) return value.expression;
  if (Array.isArray(value)) return value.map(toJson);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
  }
  return value;
}

/**
 * Checks a pipeline and gives its JSON-safe spec, the input of every workflow that runs it.
 * @throws RelevoError PIPELINE_INVALID naming the field and what was expected, with the value where its type is right.
 */
export function definePipeline(definition: PipelineDefinition): PipelineSpec {
  return parsePipelineSpec(toJson(definition));
}

/**
 * As `definePipeline`, for JSON that has expressions already; fills in what has a default.
 * @throws RelevoError PIPELINE_INVALID with the first fault; `issues` holds further ones of the schema.
 */
export function parsePipelineSpec(value: unknown): PipelineSpec {
  const parsed = pipelineSpecSchema.safeParse(value);
  if (!parsed.success) {
    const [first, ...rest] = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      expected: issue.message,
    }));
    throw new RelevoError(
      'PIPELINE_INVALID',
      `The pipeline's field "${first.field}" is wrong: ${first.expected}`,
      {
        ...first,
        issues: rest,
      },
    );
  }
  checkReferences(parsed.data);
  return parsed.data;
}

/** Every column that is named must exist, and features may only read what a client sends. */
function checkReferences(spec: PipelineSpec): void {
  const readable = new Set(
    Object.entries(spec.columns)
      .filter(([, column]) => column.kind !== 'ignored')
      .map(([name]) => name),
  );
  const inputs = new Set(spec.inputs);
  const demand = (known: Set<string>, names: string[], field: string): void => {
    for (const name of names) {
      if (known.has(name)) continue;
      throw new RelevoError(
        'PIPELINE_INVALID',
        `The pipeline's field "${field}" names the column "${name}", which is not among ${[...known].join(', ')}`,
        {
          field,
          value: name,
          expected: [...known].join(', '),
        },
      );
    }
  };
  demand(readable, [spec.target], 'target');
  demand(readable, spec.inputs, 'inputs');
  const modelled = new Set([...inputs, ...Object.keys(spec.forecast?.history ?? {})]);
  for (const [name, expression] of Object.entries(spec.features))
    demand(modelled, columnsOf(expression), `features.${name}`);
  if (spec.base) demand(modelled, columnsOf(spec.base), 'base');
  for (const identity of spec.identities) {
    for (const { column, from } of identity.determines) {
      demand(readable, [column, ...columnsOf(from)], `identities.${identity.name}`);
    }
  }
  for (const expectation of spec.expectations) {
    if ('columns' in expectation) demand(readable, expectation.columns, `expectations.${expectation.kind}`);
    if ('column' in expectation) demand(readable, [expectation.column], `expectations.${expectation.kind}`);
    if ('expression' in expectation)
      demand(readable, columnsOf(expectation.expression), `expectations.${expectation.name}`);
  }
  if (spec.sequence) demand(readable, [spec.sequence.column], 'sequence');
  if ('by' in spec.split) demand(readable, [spec.split.by], 'split.by');
  for (const rows of ['reference', 'current'] as const) {
    const window = spec.drift[rows];
    if (!('by' in window)) continue;
    demand(readable, [window.by], `drift.${rows}.by`);
    if (spec.columns[window.by].kind === 'category')
      throw wrong(`drift.${rows}.by`, window.by, momentsOf(spec));
  }
  const asked = new Set([...inputs, ...(spec.forecast ? [spec.forecast.time] : [])]);
  demand(asked, spec.log.redact, 'log.redact');
  if (spec.log.keyColumn !== undefined) demand(asked, [spec.log.keyColumn], 'log.keyColumn');
  if ('by' in spec.validation) demand(readable, [spec.validation.by], 'validation.by');
  if (spec.forecast) demand(readable, readByHistory(spec.forecast), 'forecast');
  checkForecast(spec);
  checkTask(spec);
  checkCandidates(spec);
  if (inputs.has(spec.target)) {
    throw new RelevoError('PIPELINE_INVALID', 'The target cannot be an input of its own model', {
      field: 'inputs',
      value: spec.target,
    });
  }
}

const readByHistory = ({ time, history }: NonNullable<PipelineSpec['forecast']>): string[] => [
  time,
  ...Object.values(history).flatMap((column) => ('of' in column ? [column.of] : [])),
];

/** Horizons ascend and each has its weight; a history compares only with what a client sends. */
function checkForecast({ forecast, inputs }: PipelineSpec): void {
  if (forecast === undefined) return;
  const { horizons, horizonWeights, history } = forecast;
  if (horizons.some((horizon, at) => horizon <= (horizons[at - 1] ?? 0)))
    throw wrong('forecast.horizons', horizons, 'horizons that ascend');
  if (horizonWeights && horizonWeights.length !== horizons.length)
    throw wrong(
      'forecast.horizonWeights',
      horizonWeights.length,
      `${horizons.length} weights, one a horizon`,
    );
  for (const [name, column] of Object.entries(history))
    if ('like' in column && column.like !== undefined && !inputs.includes(column.like))
      throw wrong(`forecast.history.${name}.like`, column.like, `one of ${inputs.join(', ')}`);
}

const wrong = (field: string, value: unknown, expected: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `The pipeline's field "${field}" needs ${expected}`, {
    field,
    value,
    expected,
  });

/** Hours are told by a column of moments, or of numbers that are epoch seconds. */
function momentsOf({ columns }: PipelineSpec): string {
  const moments = Object.keys(columns).filter((name) => columns[name].kind === 'timestamp');
  return `a column of moments${moments.length > 0 ? `, such as ${moments.join(', ')}` : ''}`;
}

/** The target, the metric and what only one kind of task has must agree with the task. */
function checkTask(spec: PipelineSpec): void {
  const { task, metric, tieBreak } = spec;
  const isClassification = task === 'classification';
  const { kind } = spec.columns[spec.target];
  if (kind !== (isClassification ? 'category' : 'number'))
    throw wrong('target', spec.target, isClassification ? 'a category column' : 'a number column');
  const goals = goalMetricsOf(task);
  if (!goals.includes(metric)) throw wrong('metric', metric, `one of ${goals.join(', ')}`);
  const others = goals.filter((name) => name !== metric);
  if (tieBreak !== undefined && !others.includes(tieBreak))
    throw wrong('tieBreak', tieBreak, `one of ${others.join(', ')}`);
  const foreign = isClassification ? (['base', 'interval', 'forecast'] as const) : (['costs'] as const);
  for (const field of foreign)
    if (spec[field] !== undefined) throw wrong(field, undefined, `another task than ${task}`);
  if (!isClassification && spec.calibration !== 'none')
    throw wrong('calibration', spec.calibration, 'a classification');
  if (!isClassification && [spec, ...spec.candidates].some(({ weights }) => weights === 'balanced'))
    throw wrong('weights', 'balanced', 'a classification');
}

/** Names must be unique, and an ensemble's members other candidates that are no ensembles. */
function checkCandidates({ candidates }: PipelineSpec): void {
  const names = candidates.map(candidateName);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw wrong('candidates', repeated, 'names that differ');
  const single = new Set(candidates.filter(({ members }) => !members).map(candidateName));
  for (const { members = [], ...candidate } of candidates)
    for (const member of members)
      if (!single.has(member))
        throw wrong(
          `candidates.${candidateName(candidate)}.members`,
          member,
          `one of ${[...single].join(', ')}`,
        );
}

/** The columns of the model's file, in order: what clients send, then what a forecast looks up. */
export const modelInputs = (
  spec: Pick<PipelineSpec, 'inputs' | 'columns' | 'forecast'>,
): { name: string; kind: 'number' | 'category' }[] => [
  ...spec.inputs.map((name) => ({
    name,
    kind: spec.columns[name].kind === 'category' ? ('category' as const) : ('number' as const),
  })),
  ...Object.keys(spec.forecast?.history ?? {}).map((name) => ({ name, kind: 'number' as const })),
];

/** The classes of a classification, in the order of their indices; none of a regression. */
export function classesOf(spec: Pick<PipelineSpec, 'task' | 'columns' | 'target'>): string[] {
  const target = spec.columns[spec.target];
  return spec.task === 'classification' && target.kind === 'category' ? target.values : [];
}

/** The name a candidate goes by: its own, or its estimator's. */
export const candidateName = (candidate: Pick<Candidate, 'name' | 'estimator'>): string =>
  candidate.name ?? candidate.estimator;

/** The candidate that goes by that name; undefined where there is none. */
export const candidateNamed = (
  { candidates }: Pick<PipelineSpec, 'candidates'>,
  name: string,
): Candidate | undefined => candidates.find((one) => candidateName(one) === name);

/** How classes weigh for the candidate of that name; as for the pipeline where there is none. */
export const classWeightsOf = (
  spec: Pick<PipelineSpec, 'candidates' | 'weights'>,
  name: string,
): ClassWeights => candidateNamed(spec, name)?.weights ?? spec.weights;
