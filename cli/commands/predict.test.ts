import { expect, test } from 'vitest';
import { parseEnvironment } from '../../contracts/env.ts';
import { type Language, memoryTerminal } from '../testing.ts';
import { predict } from './predict.ts';

/** The context of a command that must end before it asks anybody. */
const alone = (language: Language = 'en') => ({
  ...{ env: parseEnvironment({}), terminal: memoryTerminal({ language }).terminal },
  api: () => Promise.reject(new Error('the API was asked')),
  interrupted: new AbortController().signal,
});

test.each<[string, Parameters<typeof predict>[3], RegExp]>([
  ['--out without a file', { out: 'a.csv' }, /^--out /],
  ['--out of stdin', { file: '-', out: 'a.csv' }, /^--out /],
  ['--out of a row', { row: '{"a": 1}', out: 'a.csv' }, /^--out /],
  ['--out of a file and a row', { row: '{"a": 1}', file: 'b.csv', out: 'a.csv' }, /^--row /],
  ['--key without --out', { file: 'b.csv', key: 'id' }, /^--key /],
  ['--key of a row', { row: '{"a": 1}', key: 'id' }, /^--key /],
])('%s is refused, not passed over', async (_, given, message) => {
  for (const language of ['en', 'es'] as const)
    await expect(predict(alone(language), 'boiler', undefined, given)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringMatching(message),
    });
});
