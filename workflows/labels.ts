/** Locale formatting follows the host, so that workflows write numbers themselves. */

/** `1234567` as `1,234,567`. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** Four significant digits, without an exponent for everyday sizes. */
export const figure = (value: number): string => String(Number(value.toPrecision(4)));

/** `850 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = ms / 1000;
  // From here on it would be rounded to 60.0.
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
