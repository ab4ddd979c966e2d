import { type LookupAddress, type LookupAllOptions, type LookupOptions, lookup } from 'node:dns';
import { promisify } from 'node:util';
import { RelevoError } from '../contracts/errors.ts';
import { mayCall, type Reach } from './addresses.ts';

/** Gives every address of a host name. */
export type Resolve = (hostname: string, options: LookupAllOptions) => Promise<LookupAddress[]>;

/** As `net.connect` calls it: with all addresses, or with one. */
type Done = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

const resolveBySystem: Resolve = promisify(lookup);

/** URL_REFUSED, for an address that may not be called. @param url as `shown` gives it: errors go into logs. */
export const refused = (url: string, why: string): RelevoError =>
  new RelevoError('URL_REFUSED', `${url} is not called: ${why}.`, {
    field: 'url',
    value: url,
    expected: 'a public address, or one of RELEVO_ALLOWED_NETWORKS',
  });

/**
 * A `lookup` for sockets that resolves a name once and hands on what it has checked, so that what is connected to is
 * what was looked at. One address that may not be called refuses the name.
 */
export function guardedLookup(url: string, reach: Reach, resolve: Resolve = resolveBySystem) {
  return (hostname: string, options: LookupOptions, done: Done): void => {
    resolve(hostname, { ...options, all: true }).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => !mayCall(address, reach));
        if (bad !== undefined)
          return done(refused(url, `"${hostname}" leads to the address ${bad.address}`), '');
        const first = addresses.at(0);
        if (first === undefined) return done(new Error(`"${hostname}" leads to no address`), '');
        if (options.all === true) return done(null, addresses);
        return done(null, first.address, first.family);
      },
      (error: Error) => done(error, ''),
    );
  };
}
