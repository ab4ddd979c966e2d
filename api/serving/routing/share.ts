import { hash } from 'node:crypto';

const bits = 48;

/**
 * Whether a key is among the given share of all keys (0 none, 1 all). The same salt has the same order of keys, so a
 * share that grows only adds keys; another salt has another order.
 */
export function inShare(key: string, salt: string, share: number): boolean {
  const digest = hash('sha256', `${salt}\0${key}`, 'buffer');
  return digest.readUIntBE(0, bits / 8) < share * 2 ** bits;
}
