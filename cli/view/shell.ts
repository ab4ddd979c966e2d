/** A word as a POSIX shell reads it back unchanged; quoted only where it must be. */
export function quoteForShell(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One line that posts a row to the prediction route; works when pasted. */
export function curlLine(url: string, row: Record<string, unknown>): string {
  const body = JSON.stringify(row);
  return ['curl', '-s', url, '-H', 'content-type: application/json', '-d', body].map(quoteForShell).join(' ');
}
