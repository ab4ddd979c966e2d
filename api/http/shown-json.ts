const longestText = 120;

/** A received value as an error may repeat it in JSON: short, flat, and never recursing into what a client nested. */
export function shownJson(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string')
    return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (Array.isArray(value)) return `[array of ${value.length}]`;
  return typeof value === 'object' ? '{object}' : typeof value;
}
