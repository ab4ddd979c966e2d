import { RelevoError } from '../../contracts/errors.ts';
import type { Admission, Gate, GateRequest } from './gate.ts';
import { developer } from './principal.ts';

const admitted: Admission = { principal: developer, headers: {} };

/** Names and addresses that mean this machine, as a `host` header has them. */
const thisMachine = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets in whoever is on this machine: for development, on loopback. A browser here also runs other people's pages, so
 * what they make it send is refused: requests for another host name (DNS rebinding) and changes from another site.
 */
export const createDevelopmentGate =
  (origins: readonly string[]): Gate =>
  (request) => {
    const { host } = request.headers;
    if (typeof host === 'string' && !thisMachine.test(host)) {
      throw foreign('host', host, 'localhost or 127.0.0.1, since authentication is off');
    }
    if (!harmless.has(request.method)) demandOwnSite(request, origins);
    return admitted;
  };

function demandOwnSite({ headers }: GateRequest, origins: readonly string[]): void {
  const { origin, 'sec-fetch-site': site } = headers;
  if (typeof origin === 'string' && origins.includes(origin)) return;
  // Pages of `localhost` and of 127.0.0.1 are two sites to a browser, and one machine: the origin tells more.
  const isForeign =
    typeof origin === 'string'
      ? !thisMachine.test(origin.replace(/^https?:\/\//, ''))
      : site === 'cross-site';
  if (isForeign)
    throw foreign('origin', String(origin), 'a page of this machine, or one of RELEVO_CORS_ORIGINS');
}

const foreign = (field: string, value: string, expected: string): RelevoError =>
  new RelevoError('FORBIDDEN', `A request with this ${field} is not answered.`, {
    ...{ field, value: value.slice(0, 100), expected },
  });
