import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from './upload.ts';

const pace = { bytes: 100, withinMs: 1_000 };
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Chunks of so many bytes, each so long after the one before. */
async function* chunks(...sent: [afterMs: number, bytes: number][]): AsyncGenerator<Uint8Array> {
  for (const [afterMs, bytes] of sent) {
    await pause(afterMs);
    yield new Uint8Array(bytes);
  }
}
/** How many bytes are taken, by a reader that takes so long over each chunk; why not, where they are refused. */
async function taken(body: AsyncIterable<Uint8Array>, readingMs = 0): Promise<number | string> {
  let bytes = 0;
  try {
    for await (const chunk of paced(body, pace)) {
      bytes += chunk.byteLength;
      if (readingMs > 0) await pause(readingMs);
    }
  } catch (error) {
    return `${error instanceof Error && 'code' in error ? error.code : error} after ${bytes}`;
  }
  return bytes;
}
async function outcome(work: Promise<number | string>): Promise<number | string> {
  await vi.advanceTimersByTimeAsync(100_000);
  return await work;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a file that comes in', () => {
  it('may take as long as it likes as long as it comes', async () => {
    const steady = Array.from({ length: 60 }, (): [number, number] => [900, 100]);
    expect(await outcome(taken(chunks(...steady)))).toBe(6_000);
    expect(await outcome(taken(chunks()))).toBe(0);
  });

  it('is refused once it comes in drops, or not at all', async () => {
    const drops = Array.from({ length: 60 }, (): [number, number] => [300, 1]);
    expect(await outcome(taken(chunks(...drops)))).toBe('REQUEST_TIMEOUT after 3');
    expect(await outcome(taken(chunks([0, 500], [1_001, 500])))).toBe('REQUEST_TIMEOUT after 500');
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    expect(await outcome(taken(silent))).toBe('REQUEST_TIMEOUT after 0');
  });

  it('is not blamed for who reads it slowly', async () => {
    const quick = Array.from({ length: 20 }, (): [number, number] => [1, 10]);
    expect(await outcome(taken(chunks(...quick), 4_000))).toBe(200);
  });

  it('fails as its source does', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    }
    expect(await outcome(taken(broken()))).toBe('ECONNRESET after 10');
  });
});
