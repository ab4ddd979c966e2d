import { formatGrant, type Grant, parseGrant } from '../../../contracts/security.ts';
import { formatKey, hashOf, newCredential, newSecret } from '../../../registry/access/credentials.ts';
import type { ApiKey } from '../../../registry/access/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { create, list, revoke, rotate } from './routes.ts';

type Deps = { registry: Pick<ApiDeps['registry'], 'access'> };

const dayMs = 24 * 60 * 60 * 1000;

const keyView = (key: ApiKey) => ({ ...key, grants: key.grants.map(formatGrant) });

/** Keys of programs. A secret is in the answer that made it and nowhere else: not in the registry, a log or the audit. */
export function keyRoutes({ registry }: Deps) {
  const { keys } = registry.access;
  return createRouter()
    .openapi(create, async (c) => {
      const { name, grants, expiresInDays, ratePerSecond } = c.req.valid('json');
      const credential = newCredential();
      const created = await keys.create({
        ...{ id: credential.id, secretHash: hashOf(credential.secret), name, ratePerSecond },
        grants: grants.flatMap((text): Grant | Grant[] => parseGrant(text) ?? []),
        createdBy: c.get('principal').actor,
        expiresAt:
          expiresInDays === undefined
            ? undefined
            : new Date(Date.now() + expiresInDays * dayMs).toISOString(),
      });
      c.get('audit').after = keyView(created);
      return c.json({ ...keyView(created), key: formatKey(credential) }, 201, secretHeaders);
    })
    .openapi(list, async (c) => {
      const { limit, before } = c.req.valid('query');
      const page = await keys.list({ limit: limit + 1, before });
      const shown = page.slice(0, limit);
      const next = page.length > limit ? shown.at(-1)?.id : undefined;
      return c.json({ keys: shown.map(keyView), next }, 200);
    })
    .openapi(rotate, async (c) => {
      const { id } = c.req.valid('param');
      const secret = newSecret();
      const audit = c.get('audit');
      audit.before = keyView(await keys.get(id));
      const rotated = await keys.rotate(id, hashOf(secret), c.req.valid('json').overlapSeconds);
      audit.after = keyView(rotated);
      return c.json({ ...keyView(rotated), key: formatKey({ id, secret }) }, 200, secretHeaders);
    })
    .openapi(revoke, async (c) => {
      const { id } = c.req.valid('param');
      const audit = c.get('audit');
      audit.before = keyView(await keys.get(id));
      const revoked = keyView(await keys.revoke(id));
      audit.after = revoked;
      return c.json(revoked, 200);
    });
}

const secretHeaders = { 'cache-control': 'no-store' };
