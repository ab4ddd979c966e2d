import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';
import { routePermissions } from './permissions.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ source: fileChampions() });
});
afterAll(() => api.close());

it('has a line for every route of the app, and no line without a route', () => {
  const routes = api.app.routes.filter(({ method }) => method !== 'ALL');
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  expect(Object.keys(routePermissions).sort()).toEqual([...known].sort());
});
