import { describe, expect, it } from 'vitest';
import { readMoment, showMoment } from './moment.ts';

describe('a moment', () => {
  const now = Date.UTC(2018, 11, 31, 23, 59, 59) / 1000;
  it.each([
    ['2019-01-01T10:00', '2019-01-01T10:00'],
    ['2019-01-01 10:00:30', '2019-01-01T10:00:30'],
    ['2018-12-31T24:00', '2019-01-01T00:00'],
    ['tomorrow at 10:00', '2019-01-01T10:00'],
    ['tomorrow 10:00', '2019-01-01T10:00'],
    ['Friday at 6pm', '2019-01-04T18:00'],
    ['in 2 hours', '2019-01-01T01:59:59'],
    ['mañana a las 10:00', '2019-01-01T10:00'],
  ])('%s is %s', (text, wanted) => {
    expect(showMoment(readMoment(text, now)?.epochSeconds ?? 0)).toBe(wanted);
  });

  it.each([
    '',
    'tomorrow',
    'soon',
    '2019-02-30T10:00',
    '2019-01-01T25:00',
    '10:00 to 12:00',
    'tomorrow 10:00 or so',
    'tomorrow 10:00 UTC',
    'tomorrow 10:00 CET',
  ])('is not "%s"', (text) => expect(readMoment(text, now)).toBeUndefined());
});
