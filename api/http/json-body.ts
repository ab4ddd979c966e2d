import { isUtf8 } from 'node:buffer';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { RelevoError } from '../../contracts/errors.ts';
import { shownJson } from './shown-json.ts';

const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset=(?:"?utf-?8"?))?\s*;?$/i;

/** Longer than any; on what is much longer the pattern would try for seconds. */
const longestType = 200;
const isJson = (type = ''): boolean => type.length <= longestType && jsonType.test(type);

/** @throws RelevoError MEDIA_TYPE_UNSUPPORTED unless the body is plain JSON in UTF-8. */
export function checkMediaType(type: string | undefined, encoding: string | undefined): void {
  if (type !== 'application/json' && !isJson(type)) {
    throw new RelevoError(
      'MEDIA_TYPE_UNSUPPORTED',
      `The body's type is ${shown(type)}; this route takes JSON.`,
      {
        field: 'content-type',
        value: shownJson(type),
        expected: 'application/json (UTF-8)',
        remedy: "Send the header 'content-type: application/json'.",
      },
    );
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RelevoError(
      'MEDIA_TYPE_UNSUPPORTED',
      `The body's encoding is ${shown(encoding)}; send it plain.`,
      {
        field: 'content-encoding',
        value: shownJson(encoding),
        expected: 'identity',
      },
    );
  }
}

const shown = (header: string | undefined): string =>
  header === undefined ? 'not given' : `"${header.slice(0, 80)}"`;

/** BODY_TOO_LARGE, with the body's own size where that is known. */
export const bodyTooLarge = (limitBytes: number, bytes?: number): RelevoError =>
  new RelevoError('BODY_TOO_LARGE', `The body is larger than ${limitBytes.toLocaleString('en')} bytes.`, {
    field: 'body',
    ...(bytes === undefined ? {} : { value: bytes }),
    expected: `at most ${limitBytes} bytes`,
  });

/** @throws RelevoError REQUEST_INVALID saying at which byte or character the body stops being JSON in UTF-8. */
export const parseJson = (body: Buffer): unknown => parseJsonText(decodeUtf8(body));

/** @throws RelevoError REQUEST_INVALID saying which byte is not UTF-8. */
export function decodeUtf8(body: Buffer): string {
  if (!isUtf8(body)) throw notUtf8(body);
  return body.toString('utf8');
}

/** @throws RelevoError REQUEST_INVALID saying at which character the text stops being JSON. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseWithoutMark(text);
  }
}

const byteOrderMark = '\uFEFF';
const replacement = '\uFFFD';
const replacementBytes = Buffer.from(replacement);

function parseWithoutMark(text: string): unknown {
  if (!text.startsWith(byteOrderMark)) throw malformed(text);
  try {
    return JSON.parse(text.slice(1));
  } catch {
    throw malformed(text.slice(1));
  }
}

function malformed(text: string): RelevoError {
  const { offset, reason } = firstError(text);
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const where = `character ${offset} (line ${line}, column ${offset - before.lastIndexOf('\n')})`;
  const what = text.trim() === '' ? 'is empty' : `is not JSON: ${reason} at ${where}`;
  return new RelevoError('REQUEST_INVALID', `The body ${what}.`, {
    field: 'body',
    value: text.slice(offset, offset + 20),
    expected: text.includes('\0') ? 'JSON in UTF-8; this looks like UTF-16 or binary' : 'JSON',
    where,
  });
}

/** Where the text stops being JSON, and why in words. */
function firstError(text: string): { offset: number; reason: string } {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch {
    return { offset: 0, reason: 'nested too deeply' };
  }
  const [first] = errors;
  if (first === undefined)
    return { offset: 0, reason: 'a number, text or character that JSON does not allow' };
  const words = printParseErrorCode(first.error).replace(/([a-z])([A-Z])/g, '$1 $2');
  return { offset: first.offset, reason: words.toLowerCase() };
}

function notUtf8(body: Buffer): RelevoError {
  const offset = firstBadByte(body);
  const utf16 =
    body.length > 1 && ((body[0] === 0xff && body[1] === 0xfe) || (body[0] === 0xfe && body[1] === 0xff));
  return new RelevoError(
    'REQUEST_INVALID',
    `The body is not UTF-8: byte ${offset} is 0x${body[offset].toString(16).padStart(2, '0')}.`,
    {
      field: 'body',
      value: body.subarray(offset, offset + 8).toString('hex'),
      expected: utf16 ? 'JSON in UTF-8; this begins as UTF-16' : 'JSON in UTF-8',
      where: `byte ${offset}`,
    },
  );
}

/** Decoding marks a bad byte with U+FFFD; one that the client wrote itself is three good bytes. */
function firstBadByte(body: Buffer): number {
  const text = body.toString('utf8');
  for (let at = text.indexOf(replacement); at >= 0; at = text.indexOf(replacement, at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at));
    if (!body.subarray(offset, offset + 3).equals(replacementBytes)) return offset;
  }
  return 0;
}
