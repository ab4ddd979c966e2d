import type { BinaryOperator, UnaryOperator } from '../../contracts/expression.ts';
import { numberLiteral } from '../duckdb.ts';
import { calendarSql, codeSql } from './sql.ts';

interface Bounds {
  lo: string;
  hi: string;
}
type Result = Bounds | { value: string };

const infinity = numberLiteral(Number.POSITIVE_INFINITY);
const minusInfinity = numberLiteral(Number.NEGATIVE_INFINITY);
const nan = numberLiteral(Number.NaN);

/** NULL where an operand is undefined; DuckDB's least and greatest would skip it. */
const defined = (operands: Bounds[], bounds: Bounds): Bounds => {
  const known = operands.map(({ lo }) => `${lo} IS NOT NULL`).join(' AND ');
  return { lo: `CASE WHEN ${known} THEN ${bounds.lo} END`, hi: `CASE WHEN ${known} THEN ${bounds.hi} END` };
};
/** ∞ − ∞ bounds nothing. */
const orInfinite = (lo: string, hi: string): Bounds => ({
  lo: `coalesce(nullif(${lo}, ${nan}), ${minusInfinity})`,
  hi: `coalesce(nullif(${hi}, ${nan}), ${infinity})`,
});
/** 0·∞ is 0: the zero is exact, the infinity only a bound. */
const product = (x: string, y: string): string => `coalesce(nullif(${x} * ${y}, ${nan}), 0)`;
const corners = (a: Bounds, b: Bounds, of: (x: string, y: string) => string): Bounds => {
  const values = [of(a.lo, b.lo), of(a.lo, b.hi), of(a.hi, b.lo), of(a.hi, b.hi)].join(', ');
  return { lo: `least(${values})`, hi: `greatest(${values})` };
};

/** The hull of all products, as SQL; NULL where an operand is undefined. */
export const multiply = (a: Bounds, b: Bounds): Bounds => defined([a, b], corners(a, b, product));

/** 1/x; undefined for exactly 0, unbounded on the side where x may come near 0. */
export const reciprocal = ({ lo, hi }: Bounds): Bounds => {
  const outside = (whole: string, zero: string, edge: string): string =>
    `CASE WHEN ${lo} IS NULL OR (${lo} = 0 AND ${hi} = 0) THEN NULL WHEN ${lo} < 0 AND ${hi} > 0 THEN ${whole} ` +
    `WHEN ${edge} = 0 THEN ${zero} ELSE 1 / ${edge} END`;
  return { lo: outside(minusInfinity, minusInfinity, hi), hi: outside(infinity, infinity, lo) };
};

const compare =
  (surely: (a: Bounds, b: Bounds) => string, surelyNot: (a: Bounds, b: Bounds) => string) =>
  (a: Bounds, b: Bounds): Result => ({
    value: `CASE WHEN ${surely(a, b)} THEN true WHEN ${surelyNot(a, b)} THEN false END`,
  });

type NumberOperator = Exclude<BinaryOperator, 'divide' | 'power' | 'equals' | 'and' | 'or'>;
export const binary: Record<NumberOperator, (a: Bounds, b: Bounds) => Result> = {
  add: (a, b) => defined([a, b], orInfinite(`${a.lo} + ${b.lo}`, `${a.hi} + ${b.hi}`)),
  subtract: (a, b) => defined([a, b], orInfinite(`${a.lo} - ${b.hi}`, `${a.hi} - ${b.lo}`)),
  multiply,
  minimum: (a, b) => defined([a, b], { lo: `least(${a.lo}, ${b.lo})`, hi: `least(${a.hi}, ${b.hi})` }),
  maximum: (a, b) => defined([a, b], { lo: `greatest(${a.lo}, ${b.lo})`, hi: `greatest(${a.hi}, ${b.hi})` }),
  lessThan: compare(
    (a, b) => `${a.hi} < ${b.lo}`,
    (a, b) => `${a.lo} >= ${b.hi}`,
  ),
  atMost: compare(
    (a, b) => `${a.hi} <= ${b.lo}`,
    (a, b) => `${a.lo} > ${b.hi}`,
  ),
  greaterThan: compare(
    (a, b) => `${a.lo} > ${b.hi}`,
    (a, b) => `${a.hi} <= ${b.lo}`,
  ),
  atLeast: compare(
    (a, b) => `${a.lo} >= ${b.hi}`,
    (a, b) => `${a.hi} < ${b.lo}`,
  ),
};

/** True where both are known and the same, false where they cannot meet, else NULL. Both numbers, or both texts. */
export function equals(left: Result, right: Result): Result {
  if ('value' in left && 'value' in right) return { value: `(${left.value} = ${right.value})` };
  const [a, b] = [left as Bounds, right as Bounds];
  const same = `${a.lo} = ${a.hi} AND ${b.lo} = ${b.hi} AND ${a.lo} = ${b.lo}`;
  return { value: `CASE WHEN ${same} THEN true WHEN ${a.hi} < ${b.lo} OR ${b.hi} < ${a.lo} THEN false END` };
}

/** A text that is not known may be any of the values; one that is not listed has no place. */
export function code(text: string, values: string[]): Bounds {
  const place = codeSql(text, values);
  const last = numberLiteral(values.length - 1);
  return {
    lo: `CASE WHEN ${text} IS NULL THEN 0::DOUBLE ELSE ${place} END`,
    hi: `CASE WHEN ${text} IS NULL THEN ${last} ELSE ${place} END`,
  };
}

/** Where the condition is not known, a number lies in the hull of both branches, a text is known if both agree. */
export function choose(condition: string, whenTrue: Result, whenFalse: Result): Result {
  if ('value' in whenTrue && 'value' in whenFalse) {
    const [a, b] = [whenTrue.value, whenFalse.value];
    return {
      value: `CASE WHEN ${condition} THEN ${a} WHEN NOT ${condition} THEN ${b} WHEN ${a} = ${b} THEN ${a} END`,
    };
  }
  const [a, b] = [whenTrue as Bounds, whenFalse as Bounds];
  const pick = (x: string, y: string, hull: string): string =>
    `CASE WHEN ${condition} THEN ${x} WHEN NOT ${condition} THEN ${y} ` +
    `WHEN ${a.lo} IS NOT NULL AND ${b.lo} IS NOT NULL THEN ${hull} END`;
  return {
    lo: pick(a.lo, b.lo, `least(${a.lo}, ${b.lo})`),
    hi: pick(a.hi, b.hi, `greatest(${a.hi}, ${b.hi})`),
  };
}

const increasing =
  (of: (x: string) => string) =>
  ({ lo, hi }: Bounds): Bounds => ({ lo: of(lo), hi: of(hi) });
/** The part of an interval at or above zero; NULL where there is none. */
const notNegative = ({ lo, hi }: Bounds): Bounds => ({
  lo: `CASE WHEN ${hi} >= 0 THEN greatest(${lo}, 0) END`,
  hi: `CASE WHEN ${hi} >= 0 THEN ${hi} END`,
});
const exact = (x: string): string => `CASE WHEN isinf(${x}) THEN ${x} ELSE floor(${x}) END`;

/** sin or cos: its extremes ±1 lie at `peak` + 2πk and half a turn away. */
const wave =
  (of: string, peak: number) =>
  ({ lo, hi }: Bounds): Bounds => {
    const turn = 2 * Math.PI;
    const wide = `isinf(${lo}) OR isinf(${hi})`;
    const holds = (at: number): string =>
      `floor((${hi} - ${at}) / ${turn}) >= ceil((${lo} - ${at}) / ${turn})`;
    const bound = (extreme: number, at: number, pick: string): string =>
      `CASE WHEN ${lo} IS NULL THEN NULL WHEN ${wide} THEN ${extreme} WHEN ${holds(at)} THEN ${extreme} ` +
      `ELSE ${pick}(${of}(${lo}), ${of}(${hi})) END::DOUBLE`;
    return { lo: bound(-1, peak + Math.PI, 'least'), hi: bound(1, peak, 'greatest') };
  };

export type UnaryIntervalOperator = Exclude<UnaryOperator, 'not' | 'isMissing'>;
export const unary: Record<UnaryIntervalOperator, (a: Bounds) => Bounds> = {
  negate: ({ lo, hi }) => ({ lo: `-${hi}`, hi: `-${lo}` }),
  absolute: ({ lo, hi }) =>
    defined([{ lo, hi }], {
      lo: `greatest(${lo}, -${hi}, 0)`,
      hi: `greatest(-${lo}, ${hi})`,
    }),
  squareRoot: (a) => increasing((x) => `sqrt(${x})`)(notNegative(a)),
  naturalLog: ({ lo, hi }) => ({
    lo: `CASE WHEN ${hi} > 0 THEN CASE WHEN ${lo} > 0 THEN ln(${lo}) ELSE ${minusInfinity} END END`,
    hi: `CASE WHEN ${hi} > 0 THEN ln(${hi}) END`,
  }),
  exponential: increasing((x) => `exp(${x})`),
  sine: wave('sin', Math.PI / 2),
  cosine: wave('cos', 0),
  floor: increasing(exact),
};

/** x^n for a whole n of either sign; 1 for n = 0, and undefined for exactly 0 to a negative power. */
export function integerPower(a: Bounds, exponent: number): Bounds {
  if (exponent === 0) return defined([a], { lo: '1::DOUBLE', hi: '1::DOUBLE' });
  const size = Math.abs(exponent);
  const raise = increasing((x) => `pow(${x}, ${size})`);
  const raised = size % 2 === 1 ? raise(a) : raise(unary.absolute(a));
  return exponent > 0 ? raised : reciprocal(raised);
}

/** x^y for x ≥ 0, which is monotone in each of both: its extremes lie at the corners. */
export function realPower(base: Bounds, exponent: Bounds): Bounds {
  const positive = notNegative(base);
  const bounds = corners(positive, exponent, (x, y) => `pow(${x}, ${y})`);
  return {
    lo: `CASE WHEN ${base.hi} >= 0 AND ${exponent.lo} IS NOT NULL THEN ${bounds.lo} END`,
    hi: `CASE WHEN ${base.hi} >= 0 AND ${exponent.lo} IS NOT NULL THEN ${bounds.hi} END`,
  };
}

const part =
  (of: (t: string) => string, least: number, most: number) =>
  ({ lo, hi }: Bounds, offset: string): Bounds => {
    const exactly = of(`(${lo} + ${offset})`);
    const bound = (edge: number): string =>
      `CASE WHEN ${lo} = ${hi} THEN ${exactly} WHEN ${lo} IS NOT NULL THEN ${edge} END::DOUBLE`;
    return { lo: bound(least), hi: bound(most) };
  };
/** Calendar parts are known for one moment only; over a stretch they may be anything. */
export const calendar = {
  secondOfDay: part(calendarSql.secondOfDay, 0, 86_400),
  isoWeekday: part(calendarSql.isoWeekday, 1, 7),
  month: part(calendarSql.month, 1, 12),
};
