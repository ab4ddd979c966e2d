import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { checkMediaType, parseJson } from './json-body.ts';

function refusal(act: () => unknown): RelevoError {
  try {
    act();
  } catch (error) {
    if (error instanceof RelevoError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
const refusalOf = (body: string | Buffer): RelevoError => refusal(() => parseJson(Buffer.from(body)));

describe('a JSON body', () => {
  it('is parsed, with a byte order mark too', () => {
    expect(parseJson(Buffer.from('{"a":[1,null]}'))).toEqual({ a: [1, null] });
    expect(parseJson(Buffer.from('\uFEFF{"ñ":"é"}'))).toEqual({ ñ: 'é' });
  });

  it.each([
    ['{"a":NaN}', 'character 5 (line 1, column 6)'],
    ['{\n  "a": 1,\n}', 'character 12 (line 3, column 1)'],
    ['{"a":1', 'character 6 (line 1, column 7)'],
    ['', 'character 0 (line 1, column 1)'],
    ['{"a":1} x', 'character 8 (line 1, column 9)'],
  ])('%j stops being JSON at %s', (text, where) => {
    expect(refusalOf(text).details).toMatchObject({ field: 'body', where });
  });

  it.each([
    [Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'byte 2'],
    [Buffer.concat([Buffer.from('{"\uFFFDé":"'), Buffer.from([0xe2, 0x82])]), 'byte 10'],
    [Buffer.from([0xff, 0xfe, 0x7b, 0x00]), 'byte 0'],
  ])('%j stops being UTF-8 at %s', (bytes, where) => {
    expect(refusalOf(bytes).details).toMatchObject({ field: 'body', where });
  });

  it('says what UTF-16 looks like', () => {
    expect(refusalOf(Buffer.from('{"a":1}', 'utf16le')).details.expected).toContain('UTF-16');
    expect(refusalOf(Buffer.from('\uFEFF{"a":1}', 'utf16le')).details.expected).toContain('UTF-16');
  });
});

describe('the media type', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/ld+json',
  ])('%s is JSON', (type) => expect(() => checkMediaType(type, undefined)).not.toThrow());

  it.each([
    undefined,
    'text/json',
    'application/json; charset=utf-16',
    'application/jsonp',
    'application/x+jsons',
  ])('%s is not', (type) =>
    expect(refusal(() => checkMediaType(type, undefined)).code).toBe('MEDIA_TYPE_UNSUPPORTED'),
  );

  it('comes without an encoding', () => {
    expect(refusal(() => checkMediaType('application/json', 'gzip')).details.field).toBe('content-encoding');
  });
});
