import type { Matrix } from '../../contracts/frame.ts';

export interface Moments {
  means: Float64Array;
  /** Of the population, `columns × columns`, row-major. */
  covariance: Float64Array;
}

/** Means and covariances of the columns; a missing value counts as its column's mean. */
export function momentsOf({ rows, names, data }: Matrix): Moments {
  const width = names.length;
  const means = names.map((_, column) => meanOf(data, width, column, rows));
  const covariance = new Float64Array(width * width);
  const centered = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const value = data[row * width + i] - means[i];
      centered[i] = Number.isNaN(value) ? 0 : value;
    }
    for (let i = 0; i < width; i++)
      for (let j = i; j < width; j++) covariance[i * width + j] += centered[i] * centered[j];
  }
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++)
      covariance[j * width + i] = covariance[i * width + j] = covariance[i * width + j] / Math.max(1, rows);
  return { means: Float64Array.from(means), covariance };
}

function meanOf(data: Float64Array, width: number, column: number, rows: number): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const value = data[row * width + column];
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
