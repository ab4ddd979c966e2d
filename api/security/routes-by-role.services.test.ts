import { OpenAPIHono } from '@hono/zod-openapi';
import { getPath } from 'hono/utils/url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Role, roles } from '../../contracts/security.ts';
import { freshRegistry, type TestRegistry } from '../../test/registry.ts';
import { makeKey, startSecurity, type TestSecurity } from '../../test/support/access.ts';
import { toRelevoError } from '../http/errors.ts';
import { routedPath } from '../http/links.ts';
import type { ApiEnv } from '../openapi.ts';
import { guard } from './guard.ts';
import { routePermissions, ruleOf } from './permissions.ts';
import type { Permission } from './roles.ts';

/** Written out, not read from the code: this is what the roles are said to be able to do. */
const allowed: Record<Role, Permission[]> = {
  viewer: ['public', 'describe', 'read'],
  client: ['public', 'describe', 'predict'],
  engineer: ['public', 'describe', 'read', 'predict', 'operate'],
  admin: ['public', 'describe', 'read', 'predict', 'operate', 'administer'],
};
const [own, other] = ['pump', 'mill'];

let db: TestRegistry;
let security: TestSecurity;
/** The guard as it ships before every route of the table; behind it each route says that it was reached. */
const app = new OpenAPIHono<ApiEnv>({ getPath: (request) => routedPath(getPath(request)) });
const keys = new Map<string, string>();
const alerts = new Map<string, string>();

beforeAll(async () => {
  db = await freshRegistry();
  for (const role of roles) {
    keys.set(role, await makeKey(db.registry, [`${role}:${own}`]));
    keys.set(`${role} of all`, await makeKey(db.registry, [role]));
  }
  for (const pipeline of [own, other]) {
    const { id } = await db.registry.alerts.raise({
      ...{ pipeline, kind: 'drift', severity: 'warning', dedupKey: 'a', about: {} },
      message: { en: 'moved', es: 'movido' },
    });
    alerts.set(pipeline, id);
  }
  security = await startSecurity(db);
  app.use(guard({ gate: security.gate, registry: db.registry, trustedProxies: [] }));
  for (const route of Object.keys(routePermissions)) {
    const [method, path] = route.split(' ');
    app.on(method, path, (c) => c.text('reached'));
  }
  app.onError((error, c) => c.text(toRelevoError(error).code, toRelevoError(error).status as 401));
});
afterAll(async () => {
  await security.close();
  await db.drop();
});

/** A request of a route that is about a pipeline, as far as the route says. */
function pathAbout(pattern: string, pipeline: string): string {
  const { at } = ruleOf(pattern);
  const place = typeof at === 'object' && 'param' in at ? at.param : 'pipeline';
  const path = pattern
    .split(' ')[1]
    .replace(/\{[^}]*\}/g, '')
    .replace(`:${place}`, pipeline)
    .replace(':id', at === 'run id' ? `train%2F${pipeline}%2Fx` : (alerts.get(pipeline) ?? ''))
    .replace(/:\w+/g, 'x');
  return typeof at === 'object' && 'query' in at ? `${path}?${at.query}=${pipeline}` : path;
}

async function statusOf(route: string, pipeline: string, key: string | undefined): Promise<number> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const [method] = route.split(' ');
  return (await app.request(pathAbout(route, pipeline), { method, headers })).status;
}

const routes = Object.keys(routePermissions);
/** Whether the guard can tell from the request which pipeline it is about. */
function namesPipeline(route: string): boolean {
  const { at } = ruleOf(route);
  return at === undefined ? route.includes('/:pipeline') : at !== 'handler';
}

describe('every route', () => {
  it('asks who calls, but for what is public', async () => {
    for (const route of routes) {
      const isPublic = ruleOf(route).permission === 'public';
      expect([route, await statusOf(route, own, undefined)]).toEqual([route, isPublic ? 200 : 401]);
    }
  });

  it.each(roles)('lets a %s of all pipelines do what the role may, and nothing else', async (role) => {
    for (const route of routes)
      for (const pipeline of [own, other]) {
        const may = allowed[role].includes(ruleOf(route).permission);
        const status = await statusOf(route, pipeline, keys.get(`${role} of all`));
        expect([route, pipeline, status]).toEqual([route, pipeline, may ? 200 : 403]);
      }
  });

  it('takes the children of a run for runs of its pipeline', async () => {
    const headers = { authorization: `Bearer ${keys.get('engineer')}` };
    const statusOfChild = async (pipeline: string, child: string, action = '') => {
      const method = action === '' ? 'GET' : 'POST';
      return (await app.request(`/v1/runs/train/${pipeline}/x/${child}${action}`, { method, headers }))
        .status;
    };
    for (const child of ['ingest', 'search/gbdt'])
      for (const action of ['', '/cancel']) {
        const statuses = [own, other].map((pipeline) => statusOfChild(pipeline, child, action));
        expect([child, action, ...(await Promise.all(statuses))]).toEqual([child, action, 200, 403]);
      }
  });

  it.each(roles)('lets a %s of one pipeline do so for that pipeline alone', async (role) => {
    for (const route of routes) {
      const { permission, at } = ruleOf(route);
      const may = allowed[role].includes(permission);
      const isOpen = permission === 'public' || at === 'handler';
      const ofOwn = may && (isOpen || namesPipeline(route));
      expect([route, own, await statusOf(route, own, keys.get(role))]).toEqual([
        route,
        own,
        ofOwn ? 200 : 403,
      ]);
      const ofOther = may && isOpen;
      expect([route, other, await statusOf(route, other, keys.get(role))]).toEqual([
        route,
        other,
        ofOther ? 200 : 403,
      ]);
    }
  });
});
