import { expect, it } from 'vitest';
import { csvHead } from './csv-head.ts';

it.each([
  ['a,b\n1,2', { delimiter: ',', names: ['a', 'b'] }],
  ['\uFEFF"a;x";b;c\n1,5;2;3', { delimiter: ';', names: ['a;x', 'b', 'c'] }],
  ['a\tb', { delimiter: '\t', names: ['a', 'b'] }],
  ['only\n1', { delimiter: ',', names: ['only'] }],
])('%j is read by its first line', (text, head) => {
  expect(csvHead(Buffer.from(text))).toEqual(head);
});

it.each(['', 'a,a\n', 'a,,b\n', '"a\n'])('%j is no header', (text) => {
  expect(() => csvHead(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'SOURCE_ROW_MALFORMED' }));
});
