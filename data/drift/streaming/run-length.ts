/** Siegmund's mean overshoot of a boundary at both ends, in standard deviations of one step. */
const overshoot = 1.166;

/**
 * Threshold of a CUSUM of log-likelihood ratios at which false alarms are so many rows apart in the mean.
 * @param loss what the sum loses a row in the mean while nothing changes; positive.
 * @param deviation of one step.
 * @param inflation variance of long sums by that of independent rows; 1 where rows are independent.
 * @see Siegmund 1985, Sequential Analysis, section II.6
 */
export function thresholdFor(
  rowsBetweenFalseAlarms: number,
  loss: number,
  deviation: number,
  inflation = 1,
): number {
  const length = (rowsBetweenFalseAlarms * loss) / inflation;
  // e^b − b − 1 = length, by fixed-point steps that shrink the error by 1/length each.
  let boundary = Math.log(length + 1) + 1;
  for (let step = 0; step < 50; step++) {
    const next = Math.log(length + boundary + 1);
    if (Math.abs(next - boundary) < 1e-12) break;
    boundary = next;
  }
  return Math.max(deviation, boundary * inflation - overshoot * deviation);
}
