import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { code, col, type Expression, type Formula, num, text, where } from '../../contracts/expression.ts';
import { type DuckDb, numberLiteral, openDuckDb } from '../duckdb.ts';
import { IntervalPlan } from './interval.ts';
import { expressionSql } from './sql.ts';
import type { ColumnTypes } from './types.ts';

const types: ColumnTypes = { a: 'number', b: 'number', c: 'number', day: 'text', moment: 'timestamp' };
type Value = number | string | boolean | null;
type Row = Record<'a' | 'b' | 'c' | 'moment', number | null> & { day: string | null };

/** The contract's meaning of an expression, in plain TypeScript: what SQL must agree with. */
function evaluate(expression: Expression, row: Row): Value {
  const value = (e: Expression) => evaluate(e, row);
  const finite = (x: number) => (Number.isFinite(x) ? x : null);
  switch (expression.op) {
    case 'column':
      return row[expression.name as keyof Row];
    case 'number':
    case 'text':
      return expression.value;
    case 'where':
      return value(expression.condition) ? value(expression.whenTrue) : value(expression.whenFalse);
    case 'isMissing':
      return value(expression.of) === null;
    case 'not':
      return !value(expression.of);
    case 'and':
      return Boolean(value(expression.left)) && Boolean(value(expression.right));
    case 'or':
      return Boolean(value(expression.left)) || Boolean(value(expression.right));
    case 'code': {
      const place = expression.values.indexOf(String(value(expression.of)));
      return place < 0 ? null : place;
    }
    case 'secondOfDay':
    case 'isoWeekday':
    case 'month': {
      const seconds = value(expression.of);
      if (typeof seconds !== 'number') return null;
      const date = new Date((seconds + expression.offsetSeconds) * 1000);
      if (expression.op === 'month') return date.getUTCMonth() + 1;
      if (expression.op === 'isoWeekday') return date.getUTCDay() || 7;
      return date.getUTCHours() * 3600 + date.getUTCMinutes() * 60 + date.getUTCSeconds();
    }
  }
  if ('of' in expression) {
    const x = value(expression.of);
    if (typeof x !== 'number') return null;
    const unary = {
      negate: -x,
      absolute: Math.abs(x),
      squareRoot: Math.sqrt(x),
      naturalLog: Math.log(x),
      exponential: Math.exp(x),
      sine: Math.sin(x),
      cosine: Math.cos(x),
      floor: Math.floor(x),
    };
    return finite(unary[expression.op]);
  }
  const [l, r] = [value(expression.left), value(expression.right)];
  const comparison = ['lessThan', 'atMost', 'greaterThan', 'atLeast', 'equals'].includes(expression.op);
  if (l === null || r === null) return comparison ? false : null;
  if (expression.op === 'equals') return l === r;
  const [x, y] = [Number(l), Number(r)];
  const binary = {
    add: x + y,
    subtract: x - y,
    multiply: x * y,
    divide: x / y,
    minimum: Math.min(x, y),
    maximum: Math.max(x, y),
    power: x ** y,
    lessThan: x < y,
    atMost: x <= y,
    greaterThan: x > y,
    atLeast: x >= y,
  }[expression.op];
  return typeof binary === 'number' ? finite(binary) : binary;
}

function createRandom(seed: number) {
  const generator = xoroshiro128plus(seed);
  const next = () => uniformFloat64(generator);
  return { next, below: (n: number) => Math.floor(next() * n) };
}
type Random = ReturnType<typeof createRandom>;

function randomFormula(random: Random, depth: number): Formula {
  if (depth === 0) {
    return random.below(4) === 0 ? num(random.below(9) - 4) : col(['a', 'b', 'c'][random.below(3)]);
  }
  const x = randomFormula(random, depth - 1);
  const y = randomFormula(random, depth - 1);
  const makers = [
    () => x.plus(y),
    () => x.minus(y),
    () => x.times(y),
    () => x.dividedBy(y),
    () => x.atMostOf(y),
    () => x.atLeastOf(y),
    () => x.power(random.below(4) - 1),
    () => x.negated(),
    () => x.absolute(),
    () => x.squareRoot(),
    () => x.absolute().plus(0.5).naturalLog(),
    () => x.atMostOf(3).exponential(),
    () => x.sine(),
    () => x.cosine(),
    () => x.floor(),
    () => where(x.lessThan(y), x, y.plus(1)),
    () => where(x.atLeast(y).and(y.greaterThan(0)).or(x.isMissing()), x, y),
    () => where(x.atMost(y).not(), y, x.orElse(2)),
  ];
  return makers[random.below(makers.length)]();
}

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb();
});
afterAll(() => db.close());

const literal = (value: number | string | null, type: string): string =>
  value === null ? `NULL::${type}` : typeof value === 'string' ? `'${value}'` : numberLiteral(value);
const rowSql = (row: Row): string =>
  `(SELECT ${(['a', 'b', 'c', 'moment'] as const).map((name) => `${literal(row[name], 'DOUBLE')} AS ${name}`).join(', ')}, ${literal(row.day, 'VARCHAR')} AS day)`;
const ask = async (formula: Formula, row: Row) => {
  const columns = { a: 'a', b: 'b', c: 'c', day: 'day', moment: 'moment' };
  const [answer] = await db.rows(
    `SELECT ${expressionSql(formula.expression, columns, types)} AS x FROM ${rowSql(row)}`,
  );
  return answer.x;
};
const row = (values: Partial<Row> = {}): Row => ({ a: 1, b: 2, c: 3, day: 'Monday', moment: 0, ...values });

describe('expressionSql', () => {
  it('agrees with the contract on random formulas and rows, missing values included', async () => {
    const random = createRandom(7);
    for (let k = 0; k < 150; k++) {
      const formula = randomFormula(random, 1 + random.below(3));
      const values = [0, 1, -2, 0.25, 3, 2.5, -0.5];
      const pick = () => (random.below(8) === 0 ? null : values[random.below(values.length)]);
      const given = row({ a: pick(), b: pick(), c: pick() });
      const expected = evaluate(formula.expression, given);
      const actual = await ask(formula, given);
      if (typeof expected === 'number' && Math.abs(expected) < 1e300) {
        expect(actual, JSON.stringify([formula, given])).toBeTypeOf('number');
        expect(Number(actual)).toBeCloseTo(expected, 9 - Math.ceil(Math.log10(1 + Math.abs(expected))));
      } else if (expected === null) expect(actual, JSON.stringify([formula, given])).toSatisfy(isMissing);
    }
  });

  it.each([
    ['division by zero', num(1).dividedBy(col('a')), { a: 0 }],
    ['the root of a negative number', col('a').squareRoot(), { a: -1 }],
    ['the logarithm of zero', col('a').naturalLog(), { a: 0 }],
    ['arithmetic with a missing value', col('a').plus(1), { a: null }],
    ['the least of a missing value', col('a').atMostOf(1), { a: null }],
    ['an overflowing exponential', col('a').exponential(), { a: 1e4 }],
  ])('%s is missing', async (_name, formula, values) => {
    expect(await ask(formula, row(values))).toBeNull();
  });

  it('a comparison with a missing value is false, and so is its counterpart', async () => {
    expect(await ask(col('a').lessThan(1), row({ a: null }))).toBe(false);
    expect(await ask(col('a').atLeast(1), row({ a: null }))).toBe(false);
    expect(await ask(col('day').equals('Monday'), row({ day: null }))).toBe(false);
  });

  it('reads the calendar of any moment since 1900', async () => {
    const random = createRandom(3);
    for (let k = 0; k < 60; k++) {
      const moment = Math.floor((random.next() - 0.3) * 6e9);
      for (const formula of [
        col('moment').secondOfDay(-900),
        col('moment').isoWeekday(-900),
        col('moment').month(),
      ])
        expect(await ask(formula, row({ moment })), `${moment}`).toBe(
          evaluate(formula.expression, row({ moment })),
        );
    }
  });

  it("gives a category's place among values, and none to a missing or unlisted one", async () => {
    const days = ['Sunday', "O'Day", 'Monday'];
    const formula = code('day', days).times(2);
    for (const day of ['Monday', 'Sunday', 'Tuesday', null])
      expect(await ask(formula, row({ day })), `${day}`).toBe(evaluate(formula.expression, row({ day })));
    expect(() => expressionSql(code('a', days).expression, {}, types)).toThrow(/needs a text, got a number/);
  });

  it('quotes text, so that a value cannot end its literal', async () => {
    expect(await ask(where(col('day').equals("x' OR 1=1 --"), 1, 0), row({ day: 'x' }))).toBe(0);
  });

  it('refuses a number where a condition belongs, and unknown columns', () => {
    const bad = { op: 'and', left: num(1).expression, right: num(2).expression } as Expression;
    expect(() => expressionSql(bad, {}, types)).toThrow(RelevoError);
    expect(() => expressionSql(col('nope').expression, {}, types)).toThrow(/"nope"/);
    expect(() => expressionSql(text('x').plus(1).expression, {}, types)).toThrow(
      /needs a number, got a text/,
    );
  });
});

const isMissing = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && !Number.isFinite(value));

describe('IntervalPlan', () => {
  const bounds = Object.fromEntries(
    Object.keys(types).map((name) => [name, { value: name, lo: `${name}_lo`, hi: `${name}_hi` }]),
  );

  /** Bounds that the plan computes when a, b, c lie within ± half of the row's values. */
  async function interval(formula: Formula, given: Row, half: number) {
    const plan = new IntervalPlan(bounds, types);
    const { lo, hi } = plan.addBounds(formula.expression);
    const edges = (['a', 'b', 'c'] as const).map(
      (name) =>
        `${literal(given[name], 'DOUBLE')} - ${half} AS ${name}_lo, ${literal(given[name], 'DOUBLE')} + ${half} AS ${name}_hi`,
    );
    const from = `(SELECT *, ${edges.join(', ')}, moment AS moment_lo, moment AS moment_hi FROM ${rowSql(given)})`;
    const [found] = await db.rows(`SELECT ${lo} AS lo, ${hi} AS hi FROM ${plan.wrap(from)}`);
    return found;
  }

  it('holds every value that an expression takes within the rounding of its readings', async () => {
    const random = createRandom(11);
    let judged = 0;
    for (let k = 0; k < 200; k++) {
      const formula = randomFormula(random, 1 + random.below(3));
      const truth = row({ a: 6 * random.next() - 2, b: 6 * random.next() - 2, c: 6 * random.next() - 2 });
      const read = (x: number | null) => Math.round((x ?? 0) * 100) / 100;
      const reading = row({ a: read(truth.a), b: read(truth.b), c: read(truth.c) });
      const value = evaluate(formula.expression, truth);
      if (typeof value !== 'number') continue;
      const { lo, hi } = await interval(formula, reading, 0.005 + 1e-12);
      const slack = 1e-9 * (1 + Math.abs(value));
      expect(lo, JSON.stringify([formula, truth])).not.toBeNull();
      expect(Number(lo)).toBeLessThanOrEqual(value + slack);
      expect(Number(hi)).toBeGreaterThanOrEqual(value - slack);
      judged++;
    }
    expect(judged).toBeGreaterThan(120);
  });

  it('is as narrow as the readings allow where every column occurs once', async () => {
    const { lo, hi } = await interval(
      col('a').times(col('b')).plus(col('c')),
      row({ a: 2, b: 3, c: 1 }),
      0.5,
    );
    expect([lo, hi]).toEqual([1.5 * 2.5 + 0.5, 2.5 * 3.5 + 1.5]);
  });

  it('is unbounded, not an error, where a denominator may be zero', async () => {
    const { lo, hi } = await interval(num(1).dividedBy(col('a').squareRoot()), row({ a: 0 }), 0.5);
    expect(Number(lo)).toBeCloseTo(Math.SQRT2);
    expect(hi).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes the hull of both branches where the readings do not decide a condition', async () => {
    const formula = where(col('a').lessThan(1), 10, 20);
    expect(await interval(formula, row({ a: 1 }), 0.5)).toEqual({ lo: 10, hi: 20 });
    expect(await interval(formula, row({ a: 3 }), 0.5)).toEqual({ lo: 20, hi: 20 });
  });

  it('knows the place of a known text, and that an unknown one is some place', async () => {
    const formula = code('day', ['Sunday', 'Monday', 'Tuesday']);
    expect(await interval(formula, row({ day: 'Monday' }), 0)).toEqual({ lo: 1, hi: 1 });
    expect(await interval(formula, row({ day: null }), 0)).toEqual({ lo: 0, hi: 2 });
    expect(await interval(formula, row({ day: 'Friday' }), 0)).toEqual({ lo: null, hi: null });
  });

  it('grows with the depth of an expression, not with its power', () => {
    const plan = new IntervalPlan(bounds, types);
    let deep = col('a');
    for (let k = 0; k < 30; k++) deep = deep.times(col('b')).plus(1);
    plan.add(deep.expression);
    expect(plan.wrap('t').length).toBeLessThan(60_000);
  });
});
