/** Forms of our own pages: a form cannot send `x-relevo-csrf`, so their routes see to it themselves. */
export const formPaths: ReadonlySet<string> = new Set(['/login', '/logout']);

/**
 * Whether a change was sent by a page of this server, as far as a browser says; what says nothing is no browser. Goes
 * by `sec-fetch-site`, and where a browser does not send that (plain HTTP) by `origin`: the method of
 * `http.CrossOriginProtection` in Go's standard library.
 * @param headers names in lower case
 * @param publicOrigin where people reach the API, which a proxy may have hidden from `host`
 */
export function isFromOwnPage(
  headers: Readonly<Record<string, string | undefined>>,
  publicOrigin: string | undefined,
): boolean {
  const { 'sec-fetch-site': site, origin, host } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  if (origin === publicOrigin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
