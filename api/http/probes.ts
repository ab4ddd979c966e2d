/** Paths that monitors ask again and again: their answers are not worth a span or, while all is well, a line. */
export const probes: ReadonlySet<string> = new Set([
  ...['/health', '/ready', '/metrics'],
  ...['/v2/health/live', '/v2/health/ready', '/ping'],
]);
