import type { Principal } from './principal.ts';

/**
 * Who did it, for the records: the proved name, with the one that the request gives itself behind it. While
 * authentication is off there is nothing but the latter.
 */
export function actorOf(principal: Principal | undefined, given: string): string {
  if (principal === undefined || principal.kind === 'development') return given;
  return given === 'api' ? principal.actor : `${principal.actor} (${given})`;
}
