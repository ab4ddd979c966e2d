/** The mean of values, NaN of none, and the sum of their squared distances to it. */
export function momentsOf(values: Float64Array | readonly number[]): { mean: number; squares: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, squares };
}
