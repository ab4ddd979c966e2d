import { RelevoError } from '../../contracts/errors.ts';
import { everyPipeline } from '../../contracts/security.ts';
import type { Principal } from './principal.ts';
import { mayRole, type Permission, rolesWith } from './roles.ts';

/** Whether the principal has the permission for a pipeline; for `*`, for all that there are and will be. */
export function mayDo(principal: Principal, permission: Permission, pipeline: string): boolean {
  if (permission === 'public') return true;
  for (const grant of principal.grants) {
    if (grant.pipeline !== everyPipeline && grant.pipeline !== pipeline) continue;
    if (mayRole(grant.role, permission)) return true;
  }
  return false;
}

/** Whether the principal has the permission for any pipeline at all. */
const maySomewhere = (principal: Principal, permission: Permission): boolean =>
  permission === 'public' || principal.grants.some(({ role }) => mayRole(role, permission));

/**
 * Lets by who has the permission for a pipeline (all pipelines where absent). A few comparisons: it may stand in the
 * way of every prediction.
 * @throws RelevoError UNAUTHENTICATED where nobody is known to ask, FORBIDDEN where they may not.
 */
export function authorize(
  principal: Principal,
  permission: Permission,
  pipeline: string = everyPipeline,
): void {
  if (!mayDo(principal, permission, pipeline)) throw refusal(principal, permission, pipeline);
}

/** As `authorize`, where only the handler can tell the pipeline: lets by who has the permission for any. */
export function authorizeSomewhere(principal: Principal, permission: Permission): void {
  if (!maySomewhere(principal, permission)) throw refusal(principal, permission, everyPipeline);
}

function refusal(principal: Principal, permission: Permission, pipeline: string): RelevoError {
  if (principal.kind === 'nobody') return unauthenticated('This needs an API key or a token.');
  const whole = pipeline === everyPipeline;
  return new RelevoError(
    'FORBIDDEN',
    `${principal.actor} may not do this${whole ? '' : ` for ${JSON.stringify(pipeline.slice(0, 100))}`}.`,
    {
      field: 'role',
      expected: `${rolesWith(permission).join(' or ')} of ${whole ? 'all pipelines' : 'this pipeline'}`,
      ...(whole && maySomewhere(principal, permission)
        ? { remedy: 'Name one of your pipelines, where the route has a place for it (?pipeline=).' }
        : {}),
    },
  );
}

/** UNAUTHENTICATED, saying which headers are understood. */
export const unauthenticated = (message: string): RelevoError =>
  new RelevoError('UNAUTHENTICATED', message, {
    field: 'authorization',
    expected: "'authorization: Bearer KEY' or 'x-api-key: KEY'",
  });
