import { expect, test } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { parseFilter } from './filter.ts';
import { parseOrder } from './order.ts';

test('conditions as the Python client writes them', () => {
  expect(
    parseFilter("metrics.rmse <= 1.5e-3 and params.model = 'tree' AND tags.mlflow.runName LIKE 'night%'"),
  ).toEqual([
    { entity: 'metric', key: 'rmse', comparator: '<=', value: 0.0015 },
    { entity: 'param', key: 'model', comparator: '=', value: 'tree' },
    { entity: 'tag', key: 'mlflow.runName', comparator: 'LIKE', value: 'night%' },
  ]);
});

test('names in backticks and double quotes, the filter that hides prompts among them', () => {
  expect(parseFilter("tag.`mlflow.prompt.is_prompt` != 'true'")).toEqual([
    { entity: 'tag', key: 'mlflow.prompt.is_prompt', comparator: '!=', value: 'true' },
  ]);
  expect(parseFilter('metrics."val loss" > -2 and `metrics`.`a.b`=1')).toEqual([
    { entity: 'metric', key: 'val loss', comparator: '>', value: -2 },
    { entity: 'metric', key: 'a.b', comparator: '=', value: 1 },
  ]);
  expect(parseFilter('name = "it\'s"')).toEqual([
    { entity: 'attribute', key: 'name', comparator: '=', value: "it's" },
  ]);
});

test('lists, absence, and a quote within a text', () => {
  expect(
    parseFilter(
      "run_id IN ('a','b') and attributes.run_id not in ('c') and tags.x is null and params.y IS NOT NULL",
    ),
  ).toEqual([
    { entity: 'attribute', key: 'run_id', comparator: 'IN', value: ['a', 'b'] },
    { entity: 'attribute', key: 'run_id', comparator: 'NOT IN', value: ['c'] },
    { entity: 'tag', key: 'x', comparator: 'IS NULL' },
    { entity: 'param', key: 'y', comparator: 'IS NOT NULL' },
  ]);
  expect(parseFilter("name = 'it''s'")).toMatchObject([{ value: "it's" }]);
  expect(parseFilter('  ')).toEqual([]);
});

test.each([
  ["metrics.rmse < 'a' or params.x = 'b'", 'AND'],
  ['metrics.rmse <', 'ends too early'],
  ['params.x = tree', 'no value'],
  ["params.x = 'tree' and", 'ends with AND'],
  ["params.x = 'tree' and ", 'ends with AND'],
  ["nothing.x = 'a'", 'nothing that can be searched'],
  ["constructor.x = 'a'", 'nothing that can be searched'],
  ["params.x = 'tree", 'nothing begins'],
  ['run_id IN (1)', 'quoted texts'],
  ["params.x IS 'a'", 'not NULL'],
  [`params.x = '${'a'.repeat(30_000)}'`, 'too long'],
])('%s is refused: %s', (filter, message) => {
  expect(() => parseFilter(filter)).toThrow(RelevoError);
  expect(() => parseFilter(filter)).toThrow(message);
});

test('a filter of nothing but quotes, dots or brackets is refused', () => {
  for (const filter of [`${"'".repeat(9_999)} `, `a${'.b'.repeat(9_000)}=`, '('.repeat(19_000)])
    expect(() => parseFilter(filter)).toThrow(RelevoError);
});

test('orders', () => {
  expect(parseOrder('metrics.rmse ASC')).toEqual({ entity: 'metric', key: 'rmse', descending: false });
  expect(parseOrder('start_time desc')).toEqual({ entity: 'attribute', key: 'start_time', descending: true });
  expect(parseOrder('params.`a b`')).toEqual({ entity: 'param', key: 'a b', descending: false });
  for (const order of ['metrics.rmse sideways', '', "'a'", 'metrics.rmse ASC, name', 'x.y'])
    expect(() => parseOrder(order)).toThrow(RelevoError);
});
