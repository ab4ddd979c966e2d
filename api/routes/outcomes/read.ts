import { foldCategory } from '../../../contracts/cells.ts';
import { type ErrorDetails, RelevoError } from '../../../contracts/errors.ts';
import { classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import { businessKeySchema, type Outcome, outcomeSchema } from '../../../contracts/predictions.ts';
import { shownJson } from '../../http/shown-json.ts';
import { limits } from '../../limits.ts';

type Fault = Omit<ErrorDetails, 'issues'>;
type Target = Pick<PipelineSpec, 'task' | 'columns' | 'target'>;

const idSchema = outcomeSchema.options[0].shape.predictionId;
const momentSchema = outcomeSchema.options[0].shape.at;
const fields = new Set(['predictionId', 'key', 'actual', 'at']);

/**
 * Reads a list of outcomes, or `{"outcomes": […]}`, as what a pipeline's target can be.
 * @throws RelevoError REQUEST_INVALID, BODY_TOO_LARGE, ROW_INVALID where a value is none that the target can have.
 */
export function readOutcomes(body: unknown, spec: Target): Outcome[] {
  const list = listed(body);
  const actualOf = actualReader(spec);
  const faults: Fault[] = [];
  const outcomes: Outcome[] = [];
  for (const [index, given] of list.entries()) {
    const where = `outcomes[${index}]`;
    const fault = faultOf(given, where);
    const actual = fault === undefined ? actualOf(Reflect.get(Object(given), 'actual')) : undefined;
    if (fault !== undefined) faults.push(fault);
    else if (actual === undefined) faults.push(actualFault(given, where, spec));
    else outcomes.push({ ...(given as Outcome), actual });
    if (faults.length > limits.issues) break;
  }
  const [first, ...issues] = faults;
  if (first === undefined) return outcomes;
  throw new RelevoError(
    first.field === 'actual' ? 'ROW_INVALID' : 'REQUEST_INVALID',
    `${first.where}: "${first.field}" is ${JSON.stringify(first.value)}; expected ${first.expected}.`,
    { ...first, issues },
  );
}

function listed(body: unknown): unknown[] {
  const list: unknown =
    typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 1
      ? Reflect.get(body, 'outcomes')
      : body;
  const expected = `a list of 1 to ${limits.outcomes} outcomes, or {"outcomes": […]}`;
  if (!Array.isArray(list) || list.length === 0)
    throw new RelevoError('REQUEST_INVALID', `The body is ${shownJson(body)}; expected ${expected}.`, {
      field: 'outcomes',
      value: shownJson(body),
      expected,
    });
  if (list.length > limits.outcomes)
    throw new RelevoError('BODY_TOO_LARGE', `The body has ${list.length} outcomes; expected ${expected}.`, {
      field: 'outcomes',
      value: list.length,
      expected,
    });
  return list;
}

/** What is wrong with an outcome apart from its actual value. */
function faultOf(given: unknown, where: string): Fault | undefined {
  const fault = (field: string, value: unknown, expected: string): Fault => ({
    ...{ field, where, expected },
    value: shownJson(value),
  });
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return fault('outcome', given, 'an object with "predictionId" or "key", and "actual"');
  const other = Object.keys(given).find((name) => !fields.has(name));
  if (other !== undefined)
    return fault(other.slice(0, 80), Reflect.get(given, other), `one of ${[...fields].join(', ')}`);
  const { predictionId, key, at } = given as Record<string, unknown>;
  if ((predictionId === undefined) === (key === undefined))
    return fault('predictionId', predictionId, 'either "predictionId" or "key"');
  if (key !== undefined && !businessKeySchema.safeParse(key).success)
    return fault('key', key, 'a text of 1 to 200 characters');
  if (predictionId !== undefined && !idSchema.safeParse(predictionId).success)
    return fault('predictionId', predictionId, 'the id of a prediction, a UUID of version 7');
  if (!momentSchema.safeParse(at).success)
    return fault('at', at, 'a moment such as "2026-11-22T06:30:00Z", or none');
  return undefined;
}

/** Reads a value of the target: a number, or a class, whatever its case and outer spaces. */
function actualReader(spec: Target): (value: unknown) => string | number | undefined {
  if (spec.task === 'regression')
    return (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
  const classes = new Map(classesOf(spec).map((name) => [foldCategory(name), name]));
  return (value) =>
    typeof value === 'string' || typeof value === 'number'
      ? classes.get(foldCategory(String(value)))
      : undefined;
}

const actualFault = (given: unknown, where: string, spec: Target): Fault => ({
  field: 'actual',
  value: shownJson(Reflect.get(Object(given), 'actual')),
  expected:
    spec.task === 'regression'
      ? `a number, as ${spec.target} is one`
      : `a class of ${spec.target}: ${classesOf(spec).join(', ')}`,
  where,
});
