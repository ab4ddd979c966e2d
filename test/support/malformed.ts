import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { seededRandom } from '../../models/random.ts';
import type { JsonRow } from './steel-model.ts';

/** A request that must be refused, and how. */
export interface MalformedRequest {
  name: string;
  body: Buffer | string;
  headers?: Record<string, string>;
  /** Sent in pieces, without a length. */
  chunked?: boolean;
  status: number;
  code: ErrorCode;
  /** The field that the answer names; anything named will do where absent. */
  field?: string;
}

const json = { 'content-type': 'application/json' };
const refusedRow = { status: 422, code: 'ROW_INVALID' as const };
const refusedRequest = { status: 400, code: 'REQUEST_INVALID' as const };

/** A row's JSON with one cell written as it stands in `text`. */
const withCell = (row: JsonRow, name: string, text: string): string => {
  const cells = Object.entries({ ...row, [name]: null }).map(
    ([key, value]) => `${JSON.stringify(key)}:${key === name ? text : JSON.stringify(value)}`,
  );
  return `{${cells.join(',')}}`;
};
const without = (row: JsonRow, name: string): JsonRow =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

const notNumbers = ['"12.5"', '""', '"NaN"', '"Infinity"', 'true', '[]', '[1]', '{}', '{"value":1}'];
const beyondNumbers = ['1e308', '-1e308', '1e999', '-1e999', '-0.001', '1e39'];
const notTexts = ['5', '0', 'true', '[]', '["Monday"]', '{}', '""', '" "', '"Nope"', '"Mondai"', '"\\u0000"'];

function* wrongCells(spec: PipelineSpec, row: JsonRow): Generator<MalformedRequest> {
  for (const name of spec.inputs) {
    const isNumber = spec.columns[name].kind === 'number';
    for (const text of isNumber ? [...notNumbers, ...beyondNumbers] : notTexts) {
      yield { name: `${name}: ${text}`, body: withCell(row, name, text), field: name, ...refusedRow };
    }
    yield {
      name: `${name}: long text`,
      body: withCell(row, name, `"${'x'.repeat(9_999)}"`),
      field: name,
      ...refusedRow,
    };
  }
}

function* wrongColumns(spec: PipelineSpec, row: JsonRow): Generator<MalformedRequest> {
  for (const name of spec.inputs) {
    const column = spec.columns[name];
    const required = !('optional' in column && column.optional);
    const typo = `${name.slice(0, -1)}_`;
    const renamed = { ...without(row, name), [typo]: row[name] };
    yield {
      name: `${typo} for ${name}`,
      body: JSON.stringify(renamed),
      field: required ? name : typo,
      ...refusedRow,
    };
    if (!required) continue;
    yield { name: `${name} missing`, body: JSON.stringify(without(row, name)), field: name, ...refusedRow };
    yield { name: `${name} null`, body: withCell(row, name, 'null'), field: name, ...refusedRow };
  }
  const extra = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'date',
    'mixed_type_col',
  ];
  for (const name of [...extra, spec.target, '', ' ', 'ñandú', '🜲', 'rows_']) {
    yield {
      name: `extra ${JSON.stringify(name)}`,
      body: withCell(row, name, '1'),
      field: name,
      ...refusedRow,
    };
  }
  yield {
    name: 'extra __proto__ object',
    body: withCell(row, '__proto__', '{"NSM":1}'),
    field: '__proto__',
    ...refusedRow,
  };
  yield { name: 'extra long name', body: withCell(row, 'x'.repeat(9_999), '1'), ...refusedRow };
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`column_${i}`, i]));
  yield {
    name: '5,000 extra columns',
    body: JSON.stringify({ ...row, ...many }),
    field: 'column_0',
    ...refusedRow,
  };
}

function* wrongShapes(row: JsonRow): Generator<MalformedRequest> {
  const text = JSON.stringify(row);
  for (const body of ['null', '5', '"text"', 'true', '-0', '1e999']) {
    yield { name: `body ${body}`, body, field: 'body', ...refusedRequest };
  }
  yield { name: 'no rows', body: '[]', field: 'body', ...refusedRequest };
  for (const rows of ['[]', 'null', '5', '"x"', '{}', text]) {
    yield { name: `rows ${rows.slice(0, 10)}`, body: `{"rows":${rows}}`, field: 'rows', ...refusedRequest };
  }
  yield { name: 'beside rows', body: `{"rows":[${text}],"model":"1"}`, field: 'model', ...refusedRequest };
  yield {
    name: '__proto__ beside rows',
    body: `{"rows":[${text}],"__proto__":{}}`,
    field: '__proto__',
    ...refusedRequest,
  };
  for (const inner of ['null', '5', '"x"', 'true', '[]', '[[]]']) {
    yield { name: `a row ${inner}`, body: `[${inner}]`, field: '[0]', ...refusedRow };
    yield {
      name: `second row ${inner}`,
      body: `{"rows":[${text},${inner}]}`,
      field: 'rows[1]',
      ...refusedRow,
    };
  }
  yield { name: 'empty row', body: '{}', field: Object.keys(row)[0], ...refusedRow };
  const last = withCell(row, 'NSM', '-1');
  for (const count of [2, 64, 65, 600]) {
    const body = `[${`${text},`.repeat(count - 1)}${last}]`;
    yield { name: `last of ${count} rows is wrong`, body, field: 'NSM', ...refusedRow };
  }
  const tooMany = `[${`${text},`.repeat(10_000)}${text}]`;
  yield { name: '10,001 rows', body: tooMany, field: 'body', status: 413, code: 'BODY_TOO_LARGE' };
}

function* wrongJson(row: JsonRow): Generator<MalformedRequest> {
  const text = JSON.stringify(row);
  for (let length = 0; length < text.length; length += 9) {
    yield { name: `cut at ${length}`, body: text.slice(0, length), field: 'body', ...refusedRequest };
  }
  for (const cell of [
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    '+1',
    '.5',
    '1.',
    '01',
    '0x10',
    '1_000',
    "'1'",
    '"\t"',
    '"\\x"',
    '',
  ]) {
    yield { name: `cell ${cell}`, body: withCell(row, 'NSM', cell), field: 'body', ...refusedRequest };
  }
  const bodies = {
    'trailing comma': text.replace('}', ',}'),
    'two documents': text + text,
    comment: `/* row */ ${text}`,
    'single quotes': text.replaceAll('"', "'"),
    'no quotes': '{NSM:1}',
    spaces: '   ',
    'a million brackets': '['.repeat(1_000_000),
    csv: 'NSM,WeekStatus\n900,Weekday\n',
    xml: '<row/>',
    form: 'NSM=900&WeekStatus=Weekday',
    html: '<!doctype html>',
  };
  for (const [name, body] of Object.entries(bodies)) yield { name, body, field: 'body', ...refusedRequest };
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  yield { name: 'deep list', body: deep, field: '[0]', ...refusedRow };
  yield { name: 'deep cell', body: withCell(row, 'NSM', deep), field: 'NSM', ...refusedRow };
  const deepObject = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  yield {
    name: 'deep object',
    body: withCell(row, 'Day_of_week', deepObject),
    field: 'Day_of_week',
    ...refusedRow,
  };
}

function* wrongBytes(row: JsonRow): Generator<MalformedRequest> {
  const text = JSON.stringify(row);
  const utf16 = Buffer.from(text, 'utf16le');
  const spanish = withCell(row, 'Day_of_week', '"Miércoles"');
  const bodies: Record<string, Buffer> = {
    'UTF-16 LE': utf16,
    'UTF-16 BE': Buffer.from(utf16).swap16(),
    'UTF-16 LE with mark': Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
    'UTF-16 BE with mark': Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
    'UTF-32': Buffer.from([...text].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0])),
    'Latin-1': Buffer.from(spanish, 'latin1'),
    'cut character': Buffer.from(spanish).subarray(0, Buffer.from(spanish).indexOf(0xc3) + 1),
    surrogate: Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    'too long a form': Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    gzip: gzipSync(text),
    PNG: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    zeros: Buffer.alloc(1024),
  };
  for (const [name, body] of Object.entries(bodies)) yield { name, body, field: 'body', ...refusedRequest };
  const random = seededRandom(1, 'binary');
  for (let i = 0; i < 12; i++) {
    const body = Buffer.from(Array.from({ length: 1 + random.integer(2_000) }, () => random.integer(256)));
    yield { name: `random bytes ${i}`, body, field: 'body', ...refusedRequest };
  }
}

function* wrongHeaders(row: JsonRow): Generator<MalformedRequest> {
  const body = JSON.stringify(row);
  const refused = { status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' as const };
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ];
  for (const type of [
    ...types,
    'application/json; charset=utf-16',
    'application/jsonp',
    'json',
    '*/*',
    'text/json',
  ]) {
    yield {
      name: `type ${type}`,
      body,
      headers: { 'content-type': type },
      field: 'content-type',
      ...refused,
    };
  }
  for (const encoding of ['gzip', 'br', 'deflate', 'x']) {
    const headers = { ...json, 'content-encoding': encoding };
    yield {
      name: `encoding ${encoding}`,
      body: gzipSync(body),
      headers,
      field: 'content-encoding',
      ...refused,
    };
  }
  const large = {
    body: Buffer.alloc(9 * 1024 * 1024, 0x20),
    field: 'body',
    status: 413,
    code: 'BODY_TOO_LARGE' as const,
  };
  yield { name: '9 MiB', ...large };
  yield { name: '9 MiB in pieces', ...large, chunked: true };
}

/** Every kind of malformed prediction request for a pipeline, from one good row; several hundred. */
export const malformedRequests = (spec: PipelineSpec, row: JsonRow): MalformedRequest[] =>
  [
    ...wrongCells(spec, row),
    ...wrongColumns(spec, row),
    ...wrongShapes(row),
    ...wrongJson(row),
    ...wrongBytes(row),
    ...wrongHeaders(row),
  ].map((request) => ({ ...request, headers: request.headers ?? json }));
