import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { RelevoError } from '../../contracts/errors.ts';
import type { Texts } from '../texts/index.ts';
import { type CsvTable, parseCsv } from './csv.ts';

export type JsonRows = Record<string, unknown>[];

/** Rows that were given: as JSON, or as a CSV's text cells with the line each began on. */
export type GivenRows = { kind: 'json'; rows: JsonRows } | ({ kind: 'csv' } & CsvTable);

export interface RowsInput {
  row?: string;
  file?: string;
  stdin: NodeJS.ReadStream;
}

/** @throws RelevoError REQUEST_INVALID saying where and what, for text that is no rows. */
export async function readRows({ row, file, stdin }: RowsInput, texts: Texts): Promise<GivenRows> {
  if (row !== undefined && file !== undefined) throw invalid(texts.predict.twoInputs, {});
  if (row !== undefined) return jsonRows(row, '--row', texts);
  if (file !== undefined && file !== '-') return parseText(await fileText(file, texts), file, texts);
  if (stdin.isTTY) throw invalid(texts.predict.noInput, { remedy: texts.usage.seeHelp('predict') });
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(chunk as Buffer);
  return parseText(decode(Buffer.concat(chunks), 'stdin'), 'stdin', texts);
}

const invalid = (message: string, details: RelevoError['details']): RelevoError =>
  new RelevoError('REQUEST_INVALID', message, details);

async function fileText(file: string, texts: Texts): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw invalid(texts.predict.unreadable(file), { field: 'file', value: file, expected: error.code });
  });
  return decode(bytes, file);
}

/** @throws RelevoError SOURCE_ENCODING_INVALID for UTF-16, binary and torn UTF-8. */
function decode(bytes: Uint8Array, where: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // told below, the same for both
  }
  throw new RelevoError('SOURCE_ENCODING_INVALID', `${where} is not text in UTF-8`, {
    where,
    expected: 'UTF-8',
    remedy: 'Save it as CSV or JSON in UTF-8.',
  });
}

function parseText(text: string, where: string, texts: Texts): GivenRows {
  const looksLikeJson = /^\s*[[{]/.test(text);
  if (looksLikeJson || ['.json', '.jsonl'].includes(extname(where))) return jsonRows(text, where, texts);
  return { kind: 'csv', ...parseCsv(text, where) };
}

function jsonRows(text: string, where: string, texts: Texts): GivenRows {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`${texts.predict.notJson(where)}: ${reason}`, {
      where,
      expected: texts.predict.jsonExpected,
    });
  }
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const wrong = list.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (wrong === -1 && list.length > 0) return { kind: 'json', rows: list as JsonRows };
  throw invalid(texts.predict.notJson(where), {
    where: `${where}[${Math.max(0, wrong)}]`,
    value: list[wrong],
    expected: texts.predict.jsonExpected,
  });
}
