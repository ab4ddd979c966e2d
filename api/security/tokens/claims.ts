import type { JWTPayload } from 'jose';
import { type Grant, parseGrant } from '../../../contracts/security.ts';

/** The claim that a path such as `realm_access.roles` leads to. */
function claimAt(claims: JWTPayload, path: string): unknown {
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/**
 * What a token's or an identity provider's claims grant: a list of roles, or a text with spaces between them, each as
 * `engineer` or `engineer:PIPELINE`. Roles of other systems in the same claim are passed over.
 */
export function grantsOf(claims: JWTPayload, path: string): Grant[] {
  const claim = claims[path] ?? claimAt(claims, path);
  const texts: unknown[] = typeof claim === 'string' ? claim.split(/\s+/) : Array.isArray(claim) ? claim : [];
  return texts.flatMap((text) => (typeof text === 'string' ? (parseGrant(text) ?? []) : []));
}
