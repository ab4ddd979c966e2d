import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { z } from '@hono/zod-openapi';
import { RelevoError } from '../../../contracts/errors.ts';
import { fromZod } from '../../http/errors.ts';
import { bodyTooLarge, parseJson } from '../../http/json-body.ts';
import { shownJson } from '../../http/shown-json.ts';
import { limits } from '../../limits.ts';
import { type Cell, datatypeNames, datatypes } from './datatypes.ts';

const parameters = z.record(z.string(), z.unknown());
const tensorSchema = z
  .object({
    name: z.string().min(1).max(200),
    shape: z
      // What is above is refused by BODY_TOO_LARGE, not here.
      .array(z.number().int().min(1).openapi({ maximum: limits.rows }))
      .min(1)
      .max(2)
      .openapi({ description: '[n], [n, 1], or [n, k] for all columns in one' }),
    datatype: z.enum(datatypeNames),
    parameters: parameters.optional(),
    data: z.array(z.unknown()).optional().openapi({
      description: 'Row-major, nested or flat; absent where `binary_data_size` says how many bytes follow',
    }),
  })
  .openapi('V2InputTensor');
export const inferSchema = z
  .object({
    id: z.string().max(200).optional(),
    parameters: parameters.optional(),
    inputs: z.array(tensorSchema).min(1).max(1_000),
    outputs: z.array(z.object({ name: z.string(), parameters: parameters.optional() })).optional(),
  })
  .openapi('V2InferRequest');
type InferRequest = z.output<typeof inferSchema>;
type RawTensor = InferRequest['inputs'][number];

const jsonType = 'application/json';
const octets = 'application/octet-stream';

/** An input with its cells, row-major. */
export interface InputTensor {
  name: string;
  rows: number;
  width: number;
  cells: readonly Cell[];
}
export interface Inference extends Omit<InferRequest, 'inputs'> {
  inputs: InputTensor[];
}

const inflaters = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/** The body as it was before it was compressed. @throws RelevoError BODY_TOO_LARGE, MEDIA_TYPE_UNSUPPORTED */
export async function inflated(body: Buffer, encoding = 'identity'): Promise<Buffer> {
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'deflate')
    throw new RelevoError('MEDIA_TYPE_UNSUPPORTED', `The body's encoding is "${encoding.slice(0, 80)}".`, {
      field: 'content-encoding',
      value: encoding,
      expected: 'gzip, deflate or identity',
    });
  try {
    return await inflaters[encoding](body, { maxOutputLength: limits.predictBodyBytes });
  } catch (error) {
    if (error instanceof RangeError) throw bodyTooLarge(limits.predictBodyBytes);
    throw new RelevoError('REQUEST_INVALID', `The body is no ${encoding} data.`, {
      field: 'body',
      expected: `data compressed as ${encoding}`,
    });
  }
}

/**
 * Reads a request for inference, with the binary tensor extension where the header says how long the JSON is.
 * @throws RelevoError REQUEST_INVALID, BODY_TOO_LARGE, REQUEST_UNPROCESSABLE where no schema could have told.
 */
export function readInference(
  body: Buffer,
  { headerLength, mediaType = jsonType }: { headerLength?: string; mediaType?: string } = {},
): Inference {
  const jsonBytes = headerLength === undefined ? body.length : jsonLength(headerLength, body.length);
  const isJson = headerLength === undefined && !mediaType.startsWith(octets);
  const request = isJson ? readJson(body) : jsonBefore(body, jsonBytes);
  let at = jsonBytes;
  const inputs = request.inputs.map((tensor): InputTensor => {
    const size = binarySize(tensor);
    const cells =
      size === undefined ? jsonCells(tensor) : binaryCells(tensor, body.subarray(at, at + size), size);
    at += size ?? 0;
    return { name: tensor.name, ...extentOf(tensor), cells };
  });
  if (at !== body.length)
    throw new RelevoError(
      'REQUEST_UNPROCESSABLE',
      `${body.length - at} bytes follow the last binary input.`,
      {
        field: 'inputs',
        value: body.length - jsonBytes,
        expected: `${at - jsonBytes} bytes after the JSON, as the inputs' binary_data_size adds up`,
      },
    );
  return { ...request, inputs };
}

function readJson(bytes: Buffer): InferRequest {
  const given = parseJson(bytes);
  const parsed = inferSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw fromZod(parsed.error, 'body', given);
}

/** The request in the first so many bytes; of a body of bytes nothing is described that these could have broken. */
function jsonBefore(body: Buffer, bytes: number): InferRequest {
  try {
    return readJson(body.subarray(0, bytes));
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    const { message, details } = error;
    throw new RelevoError(
      'REQUEST_UNPROCESSABLE',
      `The first ${bytes} bytes are no request: ${message}`,
      details,
      { cause: error },
    );
  }
}

function jsonLength(header: string, bodyBytes: number): number {
  const isNumber = /^\d{1,9}$/.test(header);
  if (isNumber && Number(header) <= bodyBytes) return Number(header);
  const code = isNumber ? 'REQUEST_UNPROCESSABLE' : 'REQUEST_INVALID';
  throw new RelevoError(code, 'The header Inference-Header-Content-Length is wrong.', {
    field: 'inference-header-content-length',
    value: header.slice(0, 80),
    expected: `a whole number from 0 to ${bodyBytes}, the length of the body`,
  });
}

function binarySize({ name, parameters }: RawTensor): number | undefined {
  const size = parameters?.binary_data_size;
  if (size === undefined) return undefined;
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw tensorWrong(name, 'binary_data_size', size, 'a whole number of bytes');
}

/** Rows and columns, before anything of that size is made. */
function extentOf({ name, shape }: RawTensor): { rows: number; width: number } {
  const [rows, width = 1] = shape;
  if (rows > limits.rows)
    throw new RelevoError(
      'BODY_TOO_LARGE',
      `The input "${name}" has ${rows} rows; at most ${limits.rows} may be.`,
      {
        field: name,
        value: rows,
        expected: `1 to ${limits.rows} rows`,
      },
    );
  if (rows > 0 && width > 0) return { rows, width };
  throw tensorWrong(name, 'shape', shape, 'no dimension of 0');
}

function binaryCells(tensor: RawTensor, bytes: Buffer, size: number): Cell[] {
  const { rows, width } = extentOf(tensor);
  if (bytes.length < size)
    throw tensorWrong(tensor.name, 'binary_data_size', size, `at most the ${bytes.length} bytes that follow`);
  return datatypes[tensor.datatype](bytes, elements(tensor, rows, width, bytes.length), tensor.name);
}

/** Every element takes a byte or more: more of them than bytes cannot be. */
function elements({ name, shape }: RawTensor, rows: number, width: number, bytes: number): number {
  if (rows * width <= bytes) return rows * width;
  throw tensorWrong(name, 'shape', shape, `as many elements as ${bytes} bytes can hold`);
}

function jsonCells(tensor: RawTensor): Cell[] {
  const { rows, width } = extentOf(tensor);
  const { name, data } = tensor;
  if (data === undefined) throw tensorWrong(name, 'data', undefined, 'data, or binary_data_size');
  const flat = data.flat();
  if (flat.length !== rows * width)
    throw tensorWrong(name, 'data', flat.length, `${rows * width} elements, as the shape has them`);
  const isOne =
    cellOf[tensor.datatype === 'BYTES' ? 'text' : tensor.datatype === 'BOOL' ? 'boolean' : 'number'];
  const bad = flat.findIndex((value) => !isOne(value));
  if (bad >= 0)
    throw tensorWrong(name, `data[${bad}]`, flat[bad], `${tensor.datatype}, or null where it is missing`);
  return flat as Cell[];
}

const cellOf = {
  text: (value: unknown): boolean => value === null || typeof value === 'string',
  boolean: (value: unknown): boolean =>
    value === null || typeof value === 'boolean' || value === 0 || value === 1,
  number: (value: unknown): boolean => value === null || typeof value === 'number',
};

function tensorWrong(tensor: string, field: string, value: unknown, expected: string): RelevoError {
  const shown = value === undefined ? 'missing' : JSON.stringify(shownJson(value));
  return new RelevoError(
    'REQUEST_UNPROCESSABLE',
    `"${field}" of the input "${tensor}" is ${shown}; expected ${expected}.`,
    {
      field: `${tensor}.${field}`,
      value,
      expected,
    },
  );
}
