import type { JWTPayload } from 'jose';
import { digestOf } from '../../../registry/access/credentials.ts';
import type { Principal } from '../principal.ts';
import { grantsOf } from './claims.ts';

export interface KnownTokens {
  /**
   * Who a token speaks for: from memory where it was checked a moment ago, else, after `beforeChecking`, by its signature.
   * @throws RelevoError UNAUTHENTICATED, IDENTITY_UNAVAILABLE, as rejections
   */
  open(token: string, beforeChecking: () => void): Principal | Promise<Principal>;
}

interface Options {
  verify(token: string): Promise<JWTPayload>;
  rolesClaim: string;
  /** How long a token that was good is believed without another look: its key may be withdrawn meanwhile. */
  ttlMs?: number;
}

const mostKnown = 10_000;

/** Remembers tokens that were good, by their digest, so that a client's every request does not check a signature. */
export function createKnownTokens({ verify, rolesClaim, ttlMs = 60_000 }: Options): KnownTokens {
  const tokens = new Map<string, { principal: Principal; untilMs: number }>();

  const check = async (token: string, digest: string): Promise<Principal> => {
    const claims = await verify(token);
    const principal: Principal = {
      kind: 'token',
      actor: `token:${String(claims.sub).slice(0, 200)}`,
      grants: grantsOf(claims, rolesClaim),
    };
    if (tokens.size >= mostKnown) tokens.clear();
    const expiresMs = (claims.exp ?? 0) * 1000;
    tokens.set(digest, { principal, untilMs: Math.min(Date.now() + ttlMs, expiresMs) });
    return principal;
  };
  return {
    open(token, beforeChecking) {
      const digest = digestOf(token).toString('base64');
      const found = tokens.get(digest);
      if (found !== undefined && Date.now() < found.untilMs) return found.principal;
      beforeChecking();
      return check(token, digest);
    },
  };
}
