import type { z } from '@hono/zod-openapi';
import {
  type BatchFormat,
  type BatchInput,
  batchFormats,
  batchMediaTypes,
} from '../../../contracts/batch.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { fromZod } from '../../http/errors.ts';
import { bodyTooLarge, checkMediaType, parseJson } from '../../http/json-body.ts';
import { uploadedFile } from '../../http/upload.ts';
import { limits } from '../../limits.ts';
import type { ApiContext } from '../../openapi.ts';
import { demandDataset } from '../../runs/known-records.ts';
import { referenceSchema } from './routes.ts';

type Deps = Pick<ApiDeps, 'artifacts' | 'registry'>;

/** Other names that clients give the formats. */
const otherNames: Record<string, BatchFormat> = {
  'application/csv': 'csv',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/parquet': 'parquet',
};

/**
 * The rows that a request brings or names; a file goes to the artifact store as it comes in.
 * @throws RelevoError MEDIA_TYPE_UNSUPPORTED, BODY_TOO_LARGE, REQUEST_INVALID, DATASET_NOT_FOUND
 */
export async function batchRows(c: ApiContext, pipeline: string, deps: Deps): Promise<BatchInput['rows']> {
  const [type = ''] = (c.req.header('content-type') ?? '').toLowerCase().split(';');
  if (type.trim() === 'application/json') return await namedRows(c, pipeline, deps);
  const format =
    otherNames[type.trim()] ?? batchFormats.find((name) => batchMediaTypes[name] === type.trim());
  const encoding = c.req.header('content-encoding');
  if (format === undefined || (encoding !== undefined && encoding !== 'identity'))
    throw new RelevoError('MEDIA_TYPE_UNSUPPORTED', 'A batch is a plain file of rows.', {
      field: format === undefined ? 'content-type' : 'content-encoding',
      value: (format === undefined ? type : (encoding ?? '')).slice(0, 80),
      expected: [...Object.values(batchMediaTypes), 'application/json'].join(', '),
    });
  const file = await deps.artifacts.putStream(uploadedFile(c), {
    name: `batch.${format}`,
    mediaType: batchMediaTypes[format],
    maxBytes: limits.batchBytes,
  });
  if (file.bytes > 0) return { file, format };
  throw new RelevoError('REQUEST_UNPROCESSABLE', 'The body is empty.', { field: 'body', expected: 'rows' });
}

/** A body that must not be as large as a file of rows. */
async function smallBody(c: ApiContext): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.length;
    if (bytes > limits.bodyBytes) throw bodyTooLarge(limits.bodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function namedRows(c: ApiContext, pipeline: string, { registry }: Deps): Promise<BatchInput['rows']> {
  checkMediaType(c.req.header('content-type'), c.req.header('content-encoding'));
  const given = parseJson(await smallBody(c));
  const parsed = referenceSchema.safeParse(given);
  if (!parsed.success) throw fromZod(parsed.error as z.ZodError, 'body', given);
  const { datasetVersion } = parsed.data;
  await demandDataset(registry.datasets, pipeline, datasetVersion);
  return { datasetVersion };
}
