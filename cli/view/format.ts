/** `840 ms`, `4.2 s`, `1 min 05 s`, `2 h 03 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
/** `512 B`, `1.4 MiB`, `117 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

/** Four significant digits and every one before the point; an exponent only below 1e-6 and from 1e12 on. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e12)) return value.toExponential(3);
  if (Number.isInteger(value)) return String(value);
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(decimals, 9));
}

/** `0.06750 [0.06120, 0.07310]`. */
export const formatEstimate = ({ value, low, high }: { value: number; low: number; high: number }): string =>
  `${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]`;

const pad = (value: number): string => String(value).padStart(2, '0');
/** Local time to the minute, the way logs are read: `2026-11-21 18:40`. */
export function formatMoment(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`;
}
