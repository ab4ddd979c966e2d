/** The parameters of a path by its pattern (`/a/:name`), decoded; a pattern's own expressions (`:path{.+}`) end it. */
export function pathParameters(pattern: string, path: string): Record<string, string> {
  const segments = path.split('/');
  const found: Record<string, string> = Object.create(null);
  for (const [position, part] of pattern.split('/').entries()) {
    if (!part.startsWith(':')) continue;
    const [, name = ''] = /^:(\w+)/.exec(part) ?? [];
    const segment = segments[position];
    if (segment !== undefined) found[name] = decoded(segment);
    if (part.includes('{')) break;
  }
  return found;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
