import koffi from 'koffi';
import { cString, type Pointer, words } from './library.ts';

/** What is kept for the next time; texts come from clients, and may be long and never come again. */
const mostKeptBytes = 1024 * 1024;

interface Kept {
  address: Pointer;
  /** What lies there. */
  bytes: Buffer;
}
const kept = new Map<string, Kept>();
let keptBytes = 0;

/** Pointers to texts as C reads them, good until the next call. Most columns repeat few texts, which are written once. */
export function textPointers(texts: readonly string[]): BigUint64Array {
  if (keptBytes > mostKeptBytes) {
    kept.clear();
    keptBytes = 0;
  }
  const pointers = words(texts.length);
  for (let at = 0; at < texts.length; at++) pointers[at] = (kept.get(texts[at]) ?? keep(texts[at])).address;
  return pointers;
}

function keep(text: string): Kept {
  const bytes = cString(text);
  const made = { address: koffi.address(bytes), bytes };
  kept.set(text, made);
  keptBytes += bytes.length;
  return made;
}
