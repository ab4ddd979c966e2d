/** Locale formatting follows the host, so that workflows write numbers themselves. */

/** `1234567` as `1,234,567`. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** Four significant digits, without an exponent for everyday sizes. */
export const figure = (value: number): string => String(Number(value.toPrecision(4)));

/** `850 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
