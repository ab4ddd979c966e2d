import { createWriteStream, openAsBlob } from 'node:fs';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { z } from 'zod';
import { type BatchFormat, batchMediaTypes, batchResultSchema } from '../../contracts/batch.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { pathSegment, queryOf } from '../client/http.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showEnd, watchRun } from './follow.ts';

const startedSchema = z.looseObject({ id: z.string(), runId: z.string(), modelVersion: z.string() });

const formats: Record<string, BatchFormat> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
};

/** Predicts a file of any length as a batch, follows it, and writes what it was answered, row by row. */
export async function predictFile(
  context: CommandContext,
  pipeline: string,
  { file, out, key }: { file: string; out: string; key?: string | undefined },
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const { texts } = terminal;
  const formatOf = (path: string): BatchFormat => {
    const format = formats[extname(path).toLowerCase()];
    if (format !== undefined) return format;
    const expected = Object.keys(formats).join(', ');
    throw new RelevoError('REQUEST_INVALID', texts.predict.formatUnknown(path, expected), {
      field: 'file',
      value: path,
      expected,
    });
  };
  const [type, results] = [batchMediaTypes[formatOf(file)], formatOf(out)];
  const rows = await openAsBlob(file).catch(() => {
    throw new RelevoError('REQUEST_INVALID', texts.predict.unreadable(file), { field: 'file', value: file });
  });
  const client = await context.api();
  const base = `/v1/pipelines/${pathSegment(pipeline)}/batches`;
  const query = queryOf({ results, key });
  const started = await client.upload(`${base}?${query}`, rows, type, startedSchema, interrupted);
  terminal.note(texts.run.startedRun(started.runId));
  const run = await watchRun(context, client, started.runId, interrupted);
  if (run.state !== 'completed') return showEnd(context, run);
  const response = await client.stream(`${base}/${pathSegment(started.id)}/results`, interrupted);
  if (response.body !== null) await pump(Readable.fromWeb(response.body), createWriteStream(out));
  const { answered, refused } = batchResultSchema.parse(run.result);
  terminal.printJson(run);
  terminal.print(texts.predict.written(out, answered, refused, started.modelVersion));
  return exitCodes.ok;
}
