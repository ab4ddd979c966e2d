import { expect, it } from 'vitest';
import { formatBytes, formatDuration, formatEstimate, formatNumber } from './format.ts';

it.each([
  [0, '0 ms'],
  [840.4, '840 ms'],
  [4200, '4.2 s'],
  [59_990, '1 min 00 s'],
  [65_000, '1 min 05 s'],
  [7_380_000, '2 h 03 min'],
])('%d ms is "%s"', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [512 * 1024 ** 2, '512 MiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
])('%d bytes are "%s"', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, '0'],
  [12, '12'],
  [0.0675321, '0.06753'],
  [-1.23456, '-1.235'],
  [1234.56, '1235'],
  [1.5e-9, '1.500e-9'],
  [2.5e15, '2.500e+15'],
  [Number.NaN, 'NaN'],
])('%d is "%s"', (value, text) => expect(formatNumber(value)).toBe(text));

it('an estimate stands before its interval', () => {
  expect(formatEstimate({ value: 0.0675, low: 0.0612, high: 0.0731 })).toBe('0.06750 [0.06120, 0.07310]');
});
