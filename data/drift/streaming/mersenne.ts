import { z } from 'zod';

const length = 624;
const middle = 397;

/** State of a generator: its 624 words and the place in them. */
export const mersenneSchema = z.strictObject({
  words: z.array(z.number().int().min(0).max(0xffff_ffff)).length(length),
  place: z.number().int().min(0).max(length),
});

/**
 * CPython's `random.Random`: Mersenne Twister (Matsumoto and Nishimura 1998) seeded by `init_by_array`, and the
 * `sample` of its standard library, so that a method that draws draws what the Python original drew.
 */
export class PythonRandom {
  private readonly words = new Uint32Array(length);
  private place = length;

  /** @param seed a whole number from 0 to 2³² − 1. */
  constructor(seed: number, saved?: z.infer<typeof mersenneSchema>) {
    if (saved === undefined) this.seed(seed);
    else {
      this.words.set(saved.words);
      this.place = saved.place;
    }
  }

  seed(seed: number): void {
    const { words } = this;
    words[0] = 19_650_218;
    for (let i = 1; i < length; i++)
      words[i] = Math.imul(1_812_433_253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    let i = 1;
    const turn = (factor: number, added: number, subtracted: number) => {
      const before = words[i - 1] ^ (words[i - 1] >>> 30);
      words[i] = (words[i] ^ Math.imul(before, factor)) + added - subtracted;
      i += 1;
      if (i < length) return;
      words[0] = words[length - 1];
      i = 1;
    };
    for (let k = 0; k < length; k++) turn(1_664_525, seed >>> 0, 0);
    for (let k = 1; k < length; k++) turn(1_566_083_941, 0, i);
    words[0] = 0x8000_0000;
    this.place = length;
  }

  private next(): number {
    if (this.place === length) this.generate();
    let word = this.words[this.place++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  private generate(): void {
    const { words } = this;
    for (let i = 0; i < length; i++) {
      const mixed = (words[i] & 0x8000_0000) | (words[(i + 1) % length] & 0x7fff_ffff);
      words[i] = words[(i + middle) % length] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0);
    }
    this.place = 0;
  }

  /** `random.sample(pool, drawn.length)`; leaves `pool` in disorder. */
  sample(pool: Float64Array, drawn: Float64Array): void {
    const smallPool = drawn.length > 5 ? 21 + 4 ** Math.ceil(Math.log(3 * drawn.length) / Math.log(4)) : 21;
    if (pool.length > smallPool) this.sampleFew(pool, drawn);
    else
      for (let left = pool.length, taken = 0; taken < drawn.length; taken++, left--) {
        const place = this.below(left);
        drawn[taken] = pool[place];
        pool[place] = pool[left - 1];
      }
  }

  private sampleFew(pool: Float64Array, drawn: Float64Array): void {
    const taken = new Set<number>();
    while (taken.size < drawn.length) {
      const place = this.below(pool.length);
      if (taken.has(place)) continue;
      drawn[taken.size] = pool[place];
      taken.add(place);
    }
  }

  private below(limit: number): number {
    const shift = Math.clz32(limit);
    let drawn = this.next() >>> shift;
    while (drawn >= limit) drawn = this.next() >>> shift;
    return drawn;
  }

  save(): z.infer<typeof mersenneSchema> {
    return { words: Array.from(this.words), place: this.place };
  }
}
