import { Matrix, QrDecomposition } from 'ml-matrix';

/** Least-squares slopes of the columns named, from a triangle whose last column is the target. */
export function slopesOf(triangle: Matrix, columns: number[]): number[] {
  const selected = triangle.subMatrixColumn([...columns, triangle.columns - 1]);
  const reduced = new QrDecomposition(selected).upperTriangularMatrix;
  const right = columns.map((_, i) => reduced.get(i, columns.length));
  return backSubstitute(topLeft(reduced, columns.length), right);
}

/** The first rows and columns. */
export const topLeft = (matrix: Matrix, size: number): Matrix =>
  size === 0 ? new Matrix(0, 0) : matrix.subMatrix(0, size - 1, 0, size - 1);

/** Solves triangle·x = right, from the last row up. */
export function backSubstitute(triangle: Matrix, right: number[]): number[] {
  const solution = [...right];
  for (let i = solution.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < solution.length; j++) solution[i] -= triangle.get(i, j) * solution[j];
    solution[i] /= triangle.get(i, i);
  }
  return solution;
}
