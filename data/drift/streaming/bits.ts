import { z } from 'zod';

/** Zeros and ones of a saved window, oldest first: a text of `0` and `1`. */
export const bitsSchema = z.string().regex(/^[01]*$/, 'a text of zeros and ones');

/** The newest zeros and ones of a stream, at most `capacity` of them. */
export class BitWindow {
  private readonly bits: Uint8Array;
  private first = 0;
  size = 0;
  ones = 0;

  constructor(capacity: number, saved = '') {
    this.bits = new Uint8Array(capacity);
    for (const bit of saved.slice(-capacity)) this.push(bit === '1' ? 1 : 0);
  }

  push(bit: 0 | 1): void {
    const { bits } = this;
    if (this.size === bits.length) {
      this.ones -= bits[this.first];
      this.first = (this.first + 1) % bits.length;
      this.size -= 1;
    }
    bits[(this.first + this.size) % bits.length] = bit;
    this.size += 1;
    this.ones += bit;
  }

  /** The value at a place, 0 for the oldest. */
  at(place: number): number {
    return this.bits[(this.first + place) % this.bits.length];
  }

  /** Leaves the newest so many. */
  keep(newest: number): void {
    while (this.size > newest) {
      this.ones -= this.bits[this.first];
      this.first = (this.first + 1) % this.bits.length;
      this.size -= 1;
    }
  }

  save(): string {
    return Array.from({ length: this.size }, (_, place) => this.at(place)).join('');
  }
}
