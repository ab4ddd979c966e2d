import { isUtf8 } from 'node:buffer';
import { RelevoError } from '../../contracts/errors.ts';

const remedy = 'Save the file as UTF-8 text and ingest it again.';

/** Bytes of a UTF-8 byte order mark at the start of a file, to be left out. */
export const byteOrderMarkLength = (head: Uint8Array): number =>
  head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;

/** @throws RelevoError SOURCE_ENCODING_INVALID where a file's first bytes are those of UTF-16, UTF-32 or no text at all. */
export function checkHead(head: Uint8Array, file: string): void {
  const marked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (marked || looksWide(head)) throw invalid(file, 'UTF-16 or UTF-32', 0);
  const nul = head.indexOf(0);
  if (nul >= 0) throw invalid(file, 'binary data', nul);
}

/** Every other byte of UTF-16 text in a western language is zero. */
function looksWide(head: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return head.length >= 8 && zeros >= head.length * 0.3 && zeros <= head.length * 0.8;
}

/**
 * Checks a stretch of whole lines; `offset` is its first byte's place in the file.
 * @throws RelevoError SOURCE_ENCODING_INVALID naming the byte.
 */
export function checkText(bytes: Uint8Array, file: string, offset: number): void {
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw invalid(file, 'a NUL byte: binary data', offset + nul);
  if (!isUtf8(bytes)) throw invalid(file, 'bytes that are not UTF-8', offset + firstInvalid(bytes));
}

/** Bisects to the longest valid prefix. */
function firstInvalid(bytes: Uint8Array): number {
  let valid = 0;
  let broken = bytes.length;
  while (broken - valid > 1) {
    const middle = (valid + broken) >>> 1;
    if (isUtf8(bytes.subarray(0, toCharacterStart(bytes, middle)))) valid = middle;
    else broken = middle;
  }
  return valid;
}

function toCharacterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && at - start < 3 && (bytes[start] & 0xc0) === 0x80) start--;
  return start;
}

const invalid = (file: string, found: string, byte: number): RelevoError =>
  new RelevoError('SOURCE_ENCODING_INVALID', `${file} is not UTF-8 text: ${found} at byte ${byte}`, {
    field: file,
    value: found,
    expected: 'UTF-8 text',
    where: `byte ${byte}`,
    remedy,
  });
