type Statistic = 'mean' | 'minimum' | 'maximum' | 'deviation';

/** A statistic of the first `count` values; NaN of none. `deviation` is the population's standard deviation. */
export function statisticOf(statistic: Statistic, values: Float64Array, count: number): number {
  if (count === 0) return Number.NaN;
  if (statistic === 'mean') return sumOf(values, count) / count;
  if (statistic === 'deviation') return deviation(values, count);
  let extreme = values[0];
  for (let i = 1; i < count; i++) {
    const beyond = statistic === 'minimum' ? values[i] < extreme : values[i] > extreme;
    if (beyond) extreme = values[i];
  }
  return extreme;
}

function sumOf(values: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  return sum;
}

function deviation(values: Float64Array, count: number): number {
  const mean = sumOf(values, count) / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  return Math.sqrt(squares / count);
}
