import { afterAll, describe, expect, it } from 'vitest';
import { closePool } from '../../../threads/pool.ts';
import { createNormal, createRandom } from '../../generators/random.ts';
import { domainDrift, domainDriftOnThread, type Matrix } from './index.ts';

afterAll(closePool);

function rowsOf(rows: number, seed: number, shift: number): Matrix {
  const normal = createNormal(createRandom(seed));
  return { rows, width: 3, values: Float64Array.from({ length: 3 * rows }, () => normal() + shift) };
}

describe('domainDriftOnThread', () => {
  it('says what the function says', async () => {
    const [reference, current] = [rowsOf(300, 1, 0), rowsOf(200, 2, 0.3)];
    expect(await domainDriftOnThread(reference, current, 5)).toEqual(domainDrift(reference, current, 5));
  });

  it('ends when it is cancelled', async () => {
    const stopped = domainDriftOnThread(rowsOf(9000, 1, 0), rowsOf(9000, 2, 0), 5, AbortSignal.timeout(1));
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
