import { describe, expect, it } from 'vitest';
import { col, type Expression, type Formula, flags, num } from '../../contracts/expression.ts';
import { openModel } from '../../inference/session.ts';
import { createGraph } from './graph.ts';
import { modelProtoType } from './proto.ts';
import { compileTable } from './table.ts';

const expressionsOf = (features: Record<string, Formula>): Expression[] =>
  Object.values(features).map(({ expression }) => expression);

function graphOf(expressions: Expression[]) {
  const graph = createGraph('table');
  const inputs = {
    x: graph.input('x', 'double'),
    word: graph.input('word', 'string'),
    other: graph.input('other', 'string'),
  };
  graph.output(compileTable(graph, expressions, inputs), 'prediction', expressions.length);
  return graph;
}

const operatorsOf = (expressions: Expression[]): string[] =>
  modelProtoType()
    .decode(graphOf(expressions).toBytes({}))
    .toJSON()
    .graph.node.map(({ opType }: { opType: string }) => opType);

describe('a table of features', () => {
  const features = {
    ...flags('word', ['a', 'b']),
    ...flags('other', ['a']),
    x: col('x'),
    overflowing: col('x').times(1e300),
    ...flags('word', ['c', '']),
    isB: col('word').equals('b'),
  };
  const expressions = expressionsOf(features);

  it('has each in its column, and a missing number where one overflows', async () => {
    const model = await openModel(graphOf(expressions).toBytes({}));
    const word = ['a', 'b', 'c', ''];
    const answers = await model.predict(
      { x: Float64Array.of(1, 2, 1e300, Number.NaN), word, other: ['a', 'b', '', 'a'] },
      4,
    );
    const width = answers.length / 4;
    expect(width).toBe(expressions.length);
    const rows = word.map((_, row) => [...answers.subarray(row * width, (row + 1) * width)]);
    expect(rows).toEqual([
      [1, 0, 1, 1, 1e300, 0, 0, 0],
      [0, 1, 0, 2, 2e300, 0, 0, 1],
      [0, 0, 0, 1e300, Number.NaN, 1, 0, 0],
      [0, 0, 1, Number.NaN, Number.NaN, 0, 0, 0],
    ]);
    await model.release();
  });

  it('asks a text column once for neighbours, however many values they ask for', () => {
    const equals = (values: string[]) =>
      operatorsOf(expressionsOf(flags('word', values))).filter((op) => op === 'Equal' || op === 'Cast');
    expect(equals(['a', 'b', 'c', 'd'])).toEqual(equals(['a']));
  });

  it('refuses to compare a number with a text, as every expression does', () => {
    expect(() => operatorsOf(expressionsOf(flags('x', ['a'])))).toThrowError('"a" is a text');
    expect(() => operatorsOf([num(1).equals('a').expression])).toThrowError('"a" is a text');
  });
});
