import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../test/support/api.ts';
import { limits } from './limits.ts';

let api: TestApi;
let source: string;
beforeAll(async () => {
  api = await startApi({ source: fileChampions() });
  source = await (await api.app.request('/openapi.json')).text();
});
afterAll(() => api.close());

it('the description of the API passes a linter', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    // A login's redirect has no body to be a success with.
    rules: { 'operation-2xx-response': 'off' },
  });
  const problems = await lintFromString({ source, config });
  const said = problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`,
  );
  expect(said).toEqual([]);
});

describe('it describes what the routes demand', () => {
  const schemas: [string, string, string[], string[]][] = [
    [
      'bytes of a Temporal payload are base64',
      'components/schemas/TemporalPayload/properties/data/pattern',
      ['', 'Zm9v', 'Zg=='],
      ['Zg=', 'é', 'undefined'],
    ],
    [
      'an outcome names a prediction by a UUID of version 7',
      'paths/~1v1~1pipelines~1{pipeline}~1outcomes/post/requestBody/content/application~1json/schema/anyOf/0/items/anyOf/0/properties/predictionId/pattern',
      ['01a2023c-48cb-7000-8000-9b61e714d069'],
      ['e3e70682-c209-1cac-a29f-6fbed82c07cd', 'x'],
    ],
  ];
  it.each(schemas)('%s', (_, pointer, good, bad) => {
    const pattern = new RegExp(String(at(pointer)));
    for (const text of good) expect(text).toMatch(pattern);
    for (const text of bad) expect(text).not.toMatch(pattern);
  });

  it('the rows of a tensor', () => {
    expect(at('components/schemas/V2InputTensor/properties/shape/items/maximum')).toBe(limits.rows);
  });
});

/** Paths to the objects of the description for which this holds. */
function where(holds: (node: object) => boolean): string[] {
  const found: string[] = [];
  const visit = (node: object, path: string): void => {
    if (holds(node)) found.push(path);
    for (const [key, child] of Object.entries(node))
      if (typeof child === 'object' && child !== null) visit(child, `${path}/${key}`);
  };
  visit(JSON.parse(source), '');
  return found;
}

it('every whole number has its bounds, those of JavaScript where there are no others', () => {
  const isUnbound = (node: object): boolean => {
    const isWhole = 'type' in node && [node.type].flat().includes('integer');
    const hasLow = 'minimum' in node || 'exclusiveMinimum' in node;
    const hasHigh = 'maximum' in node || 'exclusiveMaximum' in node;
    return isWhole && !(hasLow && hasHigh);
  };
  expect(where(isUnbound)).toEqual([]);
});

it('a pair is a list of two', () => {
  expect(where((node) => 'prefixItems' in node)).toEqual([]);
  const isPair = (node: object): boolean => 'maxItems' in node && 'minItems' in node && node.minItems === 2;
  expect(where(isPair).some((path) => path.endsWith('/answer/properties/interval'))).toBe(true);
});

/** What the description holds at a JSON pointer. */
function at(pointer: string): unknown {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/'));
  return keys.reduce((value: unknown, key) => Reflect.get(Object(value), key), JSON.parse(source));
}
