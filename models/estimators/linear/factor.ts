import { Matrix, QrDecomposition } from 'ml-matrix';
import type { LinearRows } from './protocol.ts';

const blockRows = 2_048;

/** What least squares need of any number of rows: sums and a triangle. */
export interface Factor {
  rows: number;
  weightSum: number;
  /** Weighted means of the columns and of the target. */
  means: Float64Array;
  targetMean: number;
  /** Columns that have one value only. */
  constant: boolean[];
  /**
   * Upper triangle R, `(F + 1) × (F + 1)`, target last, of the centred and weighted columns: R'R is their
   * cross-product, without the loss of digits of forming it.
   */
  triangle: Matrix;
}

/**
 * Reduces rows to their factor block by block, in memory of one block.
 * Reference: Demmel et al., Communication-optimal parallel and sequential QR, 2012 (sequential TSQR).
 */
export function factorise(data: LinearRows): Factor {
  const { rows, names, features, target, weights } = data;
  const width = names.length;
  const { means, targetMean, weightSum, constant } = centre(data);
  let triangle = Matrix.zeros(width + 1, width + 1);
  for (let start = 0; start < rows; start += blockRows) {
    const count = Math.min(blockRows, rows - start);
    const block = Matrix.zeros(width + 1 + count, width + 1);
    block.setSubMatrix(triangle, 0, 0);
    for (let i = 0; i < count; i++) {
      const row = start + i;
      const root = Math.sqrt(weights?.[row] ?? 1);
      for (let j = 0; j < width; j++)
        if (!constant[j]) block.set(width + 1 + i, j, root * (features[row * width + j] - means[j]));
      block.set(width + 1 + i, width, root * (target[row] - targetMean));
    }
    triangle = new QrDecomposition(block).upperTriangularMatrix;
  }
  return { rows, weightSum, means, targetMean, constant, triangle };
}

function centre({ rows, names, features, target, weights }: LinearRows) {
  const width = names.length;
  const sums = Array.from({ length: width + 1 }, () => new CompensatedSum());
  const weightSum = new CompensatedSum();
  const constant = names.map(() => true);
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    weightSum.add(weight);
    for (let j = 0; j < width; j++) {
      const value = features[row * width + j];
      sums[j].add(weight * value);
      if (value !== features[j]) constant[j] = false;
    }
    sums[width].add(weight * target[row]);
  }
  const means = Float64Array.from(sums, (sum) => sum.total / weightSum.total);
  return { means: means.subarray(0, width), targetMean: means[width], weightSum: weightSum.total, constant };
}

/** Neumaier's variant of Kahan summation. */
class CompensatedSum {
  private sum = 0;
  private lost = 0;
  add(value: number): void {
    const next = this.sum + value;
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum;
    this.sum = next;
  }
  get total(): number {
    return this.sum + this.lost;
  }
}
