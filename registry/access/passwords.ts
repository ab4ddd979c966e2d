import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { RelevoError } from '../../contracts/errors.ts';

/** One of OWASP's settings for scrypt (2023), that with the least memory for its time: 32 MiB. */
const usual = { cost: 2 ** 15, blockSize: 8, parallelization: 3 };
const saltBytes = 16;
const hashBytes = 32;
export const passwordLength = { min: 12, max: 200 };

/** node computes it on its thread pool; the caller's thread goes on. */
const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // scrypt needs 128 * N * r bytes, and node refuses what is above `maxmem`.
    const maxmem = 256 * (options.cost ?? 0) * (options.blockSize ?? 0);
    scrypt(password.normalize('NFKC'), salt, hashBytes, { ...options, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

/** A password as it is kept: `scrypt$N$r$p$salt$hash`. @throws RelevoError REQUEST_INVALID where it is too short or long */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < passwordLength.min || password.length > passwordLength.max) {
    throw new RelevoError('REQUEST_INVALID', 'The password is too short or too long.', {
      field: 'password',
      expected: `${passwordLength.min} to ${passwordLength.max} characters`,
    });
  }
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, usual);
  const { cost, blockSize, parallelization } = usual;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64'), hash.toString('base64')].join(
    '$',
  );
}

/** Compared to where nobody has the name, so that an answer takes as long as for a name that exists. */
const nobodys = `scrypt$${usual.cost}$${usual.blockSize}$${usual.parallelization}$${Buffer.alloc(saltBytes).toString('base64')}$${Buffer.alloc(hashBytes).toString('base64')}`;

/** Whether a password is the one that was hashed; never where there is none. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [scheme, cost, blockSize, parallelization, salt, hash] = (kept ?? nobodys).split('$');
  if (scheme !== 'scrypt' || hash === undefined || password.length > passwordLength.max) return false;
  const options = {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  };
  const derived = await derive(password, Buffer.from(salt, 'base64'), options);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && kept !== undefined;
}

/** A password for the first login: 120 random bits in letters that are told apart when read aloud. */
export function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'.slice(0, 31);
  const draws = [...randomBytes(64)].filter((byte) => byte < 248).slice(0, 24);
  const text = draws.map((byte) => letters[byte % letters.length]).join('');
  return text.replace(/(.{6})(?=.)/g, '$1-');
}
