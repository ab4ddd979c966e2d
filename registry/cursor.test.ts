import { expect, test } from 'vitest';
import { parseCursor } from './cursor.ts';

test('a cursor is the number of an item', () => {
  expect(['0', '120', '9'.repeat(15)].map((text) => parseCursor(text, 'runs'))).toEqual([0, 120, 1e15 - 1]);
});

test.each(['', '-1', '1.5', '1e3', ' 1', '1 or 1=1', '9'.repeat(16), 'x'.repeat(9_999)])(
  '%j is none',
  (text) => {
    expect(() => parseCursor(text, 'runs')).toThrow(
      expect.objectContaining({
        code: 'REQUEST_UNPROCESSABLE',
        message: expect.stringMatching(/^".{0,100}" is no place in the list of runs$/),
      }),
    );
  },
);
