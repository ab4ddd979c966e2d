import koffi from 'koffi';
import { cString, type Pointer, words } from './library.ts';

/** Of as many different texts the bytes are kept for the next time. */
const mostKept = 4_096;

interface Kept {
  address: Pointer;
  /** What lies there. */
  bytes: Buffer;
}
const kept = new Map<string, Kept>();

/** Pointers to texts as C reads them, good until the next call. Most columns repeat few texts, which are written once. */
export function textPointers(texts: readonly string[]): BigUint64Array {
  if (kept.size > mostKept) kept.clear();
  const pointers = words(texts.length);
  for (let at = 0; at < texts.length; at++) pointers[at] = (kept.get(texts[at]) ?? keep(texts[at])).address;
  return pointers;
}

function keep(text: string): Kept {
  const bytes = cString(text);
  const made = { address: koffi.address(bytes), bytes };
  kept.set(text, made);
  return made;
}
