import type { ApiContext } from '../../openapi.ts';
import type { Asker } from '../../security/sessions/authentication.ts';

/** Who asks to be logged in, for the records. */
export const askerOf = (c: ApiContext): Asker => ({
  target: c.req.path,
  requestId: c.get('requestId'),
  remoteAddress: c.get('remoteAddress'),
});
