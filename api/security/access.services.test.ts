import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { hashPassword } from '../../registry/access/passwords.ts';
import { openRegistry } from '../../registry/index.ts';
import type { TestRegistry } from '../../test/registry.ts';
import { makeKey, startSecurity, type TestSecurity } from '../../test/support/access.ts';
import type { TestApi } from '../../test/support/api.ts';
import { startSecuredApi } from '../../test/support/secured-api.ts';

let db: TestRegistry;
let security: TestSecurity;
let api: TestApi;
let admin: string;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ db, security, api, admin, close } = await startSecuredApi());
});
afterAll(() => close());

type Body = Record<string, unknown>;
async function call(method: string, path: string, key: string | undefined, body?: Body, headers: Body = {}) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(headers as Record<string, string>),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}
const statusWith = async (key: string): Promise<number> => (await call('GET', '/v1/runs', key)).status;

/** Waits for what one process says to be heard by another. */
async function eventually(expected: number, key: string): Promise<void> {
  const until = Date.now() + 5_000;
  while ((await statusWith(key)) !== expected && Date.now() < until) await sleep(20);
  expect(await statusWith(key)).toBe(expected);
}

const newKey = z.object({ id: z.string(), key: z.string(), grants: z.array(z.string()) });

describe('API keys', () => {
  it('are made, shown once, used by either header, listed without secrets and revoked at once', async () => {
    const made = await call('POST', '/v1/keys', admin, { name: 'dispatch', grants: ['viewer'] });
    expect(made.status).toBe(201);
    const { id, key } = newKey.parse(made.body);
    expect(key).toMatch(new RegExp(`^relevo_${id}_[\\w-]{43}$`));
    expect(await statusWith(key)).toBe(200);
    const response = await fetch(`${api.url}/v1/runs`, { headers: { 'x-api-key': key } });
    expect(response.status).toBe(200);

    const listed = JSON.stringify((await call('GET', '/v1/keys', admin)).body);
    expect(listed).toContain(id);
    expect(listed).not.toContain(key.slice(-43));
    const pool = new pg.Pool({ connectionString: db.url });
    const stored = await pool.query('select * from relevo.api_keys');
    await pool.end();
    expect(JSON.stringify(stored.rows)).not.toContain(key.slice(-43));

    expect((await call('POST', `/v1/keys/${id}/revoke`, admin)).status).toBe(200);
    await eventually(401, key);
    const refused = await call('GET', '/v1/runs', key);
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    expect(refused.body.error.code).toBe('UNAUTHENTICATED');
  });

  it('are rotated: the former secret opens during the overlap, and not after', async () => {
    const former = await makeKey(db.registry, ['viewer']);
    const [, id] = former.split('_');
    const rotate = async (overlapSeconds: number) =>
      newKey.parse((await call('POST', `/v1/keys/${id}/rotate`, admin, { overlapSeconds })).body).key;
    const next = await rotate(60);
    expect([await statusWith(former), await statusWith(next)]).toEqual([200, 200]);
    const last = await rotate(0);
    await eventually(401, next);
    expect([await statusWith(former), await statusWith(last)]).toEqual([401, 200]);
  });

  it('expire by themselves', async () => {
    const expiresAt = new Date(Date.now() + 700).toISOString();
    const key = await makeKey(db.registry, ['viewer'], { expiresAt });
    expect(await statusWith(key)).toBe(200);
    await eventually(401, key);
  });

  it('do what their roles say, for their pipelines', async () => {
    const key = await makeKey(db.registry, ['viewer:steel-energy']);
    expect((await call('GET', '/v1/runs?pipeline=steel-energy', key)).status).toBe(200);
    const whole = await call('GET', '/v1/runs', key);
    expect([whole.status, whole.body.error.code]).toEqual([403, 'FORBIDDEN']);
    expect(whole.body.error.remedy).toContain('?pipeline=');
    const listed = await call('GET', '/v1/pipelines', key);
    expect(listed.body.pipelines.map(({ name }: { name: string }) => name)).toEqual(['steel-energy']);
    // Straight from the socket, before the body is looked at and whether there is a champion or not.
    for (const path of ['/predict', '/v1/pipelines/steel-energy/predict']) {
      expect((await call('POST', path, key, {})).status, path).toBe(403);
      expect((await call('POST', path, undefined, {})).status, path).toBe(401);
    }
    const client = await makeKey(db.registry, ['client:steel-energy']);
    expect((await call('POST', '/v1/pipelines/steel-energy/predict', client, {})).status).toBe(409);
    expect((await call('POST', '/v1/pipelines/electricity-price/predict', client, {})).status).toBe(403);
  });

  it('reach files of an MLflow experiment that is a pipeline by the roles for that one', async () => {
    const own = await makeKey(db.registry, ['engineer:steel-energy']);
    const other = await makeKey(db.registry, ['engineer:electricity-price']);
    const base = '/api/2.0/mlflow-artifacts/artifacts';
    const file = `${base}/steel-energy/r1/artifacts/notes`;
    const statuses = async (method: string, path: string) => [
      (await call(method, path, other)).status,
      (await call(method, path, own)).status,
    ];
    expect(await statuses('PUT', file)).toEqual([403, 200]);
    expect(await statuses('PUT', file.replace('steel', '%73teel'))).toEqual([403, 200]);
    expect(await statuses('GET', file)).toEqual([403, 200]);
    expect(await statuses('GET', `${base}?path=steel-energy/r1`)).toEqual([403, 200]);
    const seen = async (key: string) => JSON.stringify((await call('GET', base, key)).body);
    expect(await seen(other)).not.toContain('steel-energy');
    expect(await seen(own)).toContain('steel-energy');
    expect(await statuses('PUT', `${base}/1/r1/artifacts/notes`)).toEqual([200, 200]);
    expect(await statuses('DELETE', file)).toEqual([403, 200]);
  });

  it('read and adopt registered models that are named as a pipeline by the roles for that one', async () => {
    const { models, modelVersions } = db.registry.mlflow;
    const name = 'steel-energy';
    for (const model of [name, 'anyone'])
      await models.create({ name: model, tags: { 'relevo.pipeline': 'electricity-price' } });
    const source = `mlflow-artifacts:/${name}/r1/artifacts/model`;
    for (const model of [name, 'anyone']) await modelVersions.create({ name: model, source, tags: {} });
    await models.setAlias(name, 'best', 1);
    const own = await makeKey(db.registry, [`viewer:${name}`]);
    const other = await makeKey(db.registry, ['engineer:electricity-price']);
    const base = '/api/2.0/mlflow';
    const reads = [
      ['GET', `/registered-models/get?name=${name}`],
      ['GET', `/registered-models/alias?name=${name}&alias=best`],
      ['GET', `/registered-models/get-latest-versions?name=${name}`],
      ['POST', '/registered-models/get-latest-versions'],
      ['GET', `/model-versions/get?name=${name}&version=1`],
      ['GET', `/model-versions/get-download-uri?name=${name}&version=1`],
    ];
    for (const [method, path] of reads) {
      const body = method === 'POST' ? { name } : undefined;
      const statuses = [other, own].map(async (key) => (await call(method, base + path, key, body)).status);
      expect([path, ...(await Promise.all(statuses))]).toEqual([path, 403, 200]);
    }
    for (const path of ['/registered-models/search', '/model-versions/search']) {
      const seen = async (key: string) => JSON.stringify((await call('GET', base + path, key)).body);
      expect(await seen(own)).toContain(`"name":"${name}"`);
      expect(await seen(other)).toContain('"name":"anyone"');
      expect(await seen(other)).not.toContain(`"name":"${name}"`);
    }
    const copy = { name: 'anyone', source: `models:/${name}/1` };
    expect((await call('POST', `${base}/model-versions/create`, other, copy)).status).toBe(403);
    for (const model of [name, 'anyone']) {
      const adopted = await call('POST', '/v1/pipelines/electricity-price/models', other, {
        model,
        version: 1,
      });
      expect([model, adopted.status]).toEqual([model, 403]);
    }
  });

  it('go on opening while the database is away, and after a restart; who is unknown hears that it is', async () => {
    const known = await makeKey(db.registry, ['viewer']);
    expect(await statusWith(known)).toBe(200);
    const home = security.env.RELEVO_HOME;
    const file = join(home, 'cache', 'api-keys.json');
    await expect.poll(() => readFile(file, 'utf8')).toContain(known.split('_')[1]);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readFile(file, 'utf8')).not.toContain(known.slice(-43));

    const url = 'postgresql://nobody@127.0.0.1:1/none';
    const away = { url, registry: openRegistry(url) };
    const restarted = await startSecurity(away, { RELEVO_HOME: home });
    const request = (key: string) => ({
      ...{ method: 'GET', path: '/v1/runs', remoteAddress: '127.0.0.1' },
      headers: { authorization: `Bearer ${key}` },
    });
    expect((await restarted.gate(request(known))).principal.kind).toBe('key');
    const stranger = `relevo_${'0'.repeat(16)}_${'A'.repeat(43)}`;
    await expect(async () => restarted.gate(request(stranger))).rejects.toMatchObject({ status: 503 });
    await restarted.close();
    await away.registry.close();
  });
});

describe('event streams', () => {
  /** Follows alerts; says whether the stream has ended. */
  async function follow(key: string, query = ''): Promise<() => boolean> {
    const response = await fetch(`${api.url}/v1/alerts/events${query}`, { headers: { 'x-api-key': key } });
    expect(response.status).toBe(200);
    let hasEnded = false;
    const reader = response.body?.getReader();
    const read = async (): Promise<void> => {
      while (!(await reader?.read())?.done);
      hasEnded = true;
    };
    void read();
    onTestFinished(() => reader?.cancel());
    return () => hasEnded;
  }

  it('end with the key that opened them, revoked or expired; those of others go on', async () => {
    const revoked = await makeKey(db.registry, ['viewer']);
    const expired = await makeKey(db.registry, ['viewer'], {
      expiresAt: new Date(Date.now() + 2_500).toISOString(),
    });
    const [first, second, third] = [await follow(revoked), await follow(expired), await follow(admin)];
    await sleep(1_500);
    expect([first(), second(), third()]).toEqual([false, false, false]);
    const [, id] = revoked.split('_');
    expect((await call('POST', `/v1/keys/${id}/revoke`, admin)).status).toBe(200);
    await expect.poll(first, { timeout: 5_000 }).toBe(true);
    await expect.poll(second, { timeout: 5_000 }).toBe(true);
    expect(third()).toBe(false);
  });
});

describe('logins', () => {
  const cookieOf = (headers: Headers): string => headers.getSetCookie()[0]?.split(';')[0] ?? '';
  beforeAll(async () => {
    await db.registry.access.users.create({
      ...{ name: 'ana', grants: [{ role: 'engineer', pipeline: '*' }] },
      passwordHash: await hashPassword('correct horse battery'),
    });
  });

  it('begin a session in a cookie that scripts and other sites do not get; changes need its token', async () => {
    const password = 'correct horse battery';
    const login = await call('POST', '/v1/session', undefined, { name: 'ana', password });
    expect(login.status).toBe(200);
    expect(login.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Strict/);
    const cookie = cookieOf(login.headers);
    expect((await call('GET', '/v1/runs', undefined, undefined, { cookie })).status).toBe(200);
    const who = await call('GET', '/v1/session', undefined, undefined, { cookie });
    expect(who.body).toMatchObject({ actor: 'user:ana', kind: 'session', grants: ['engineer'] });

    const path = '/v1/pipelines/steel-energy/breaker';
    const change = (headers: Body) => call('POST', path, undefined, { state: 'nonsense' }, headers);
    expect((await change({ cookie })).status).toBe(403);
    expect((await change({ cookie, 'x-relevo-csrf': 'AAAA' })).status).toBe(403);
    expect((await change({ cookie, 'x-relevo-csrf': who.body.csrfToken })).status).toBe(400);

    // It changes nothing, and the Temporal UI knows no token of ours.
    const payloads = { payloads: [] };
    expect((await call('POST', '/codec/decode', undefined, payloads, { cookie })).status).toBe(200);

    const out = { cookie, 'x-relevo-csrf': who.body.csrfToken };
    expect((await call('DELETE', '/v1/session', undefined, undefined, out)).status).toBe(204);
    await expect
      .poll(async () => (await call('GET', '/v1/runs', undefined, undefined, { cookie })).status)
      .toBe(401);
  });

  it('end with a new password; wrong ones are slowed down', async () => {
    const login = await call('POST', '/v1/session', undefined, {
      ...{ name: 'ana', password: 'correct horse battery' },
    });
    const cookie = cookieOf(login.headers);
    await db.registry.access.users.setPassword('ana', await hashPassword('another horse battery'));
    await expect
      .poll(async () => (await call('GET', '/v1/runs', undefined, undefined, { cookie })).status)
      .toBe(401);
    const wrong = { name: 'nobody', password: 'guess guess guess' };
    const tried = await Promise.all(
      Array.from({ length: 8 }, () => call('POST', '/v1/session', undefined, wrong)),
    );
    const statuses = tried.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses).toContain(429);
    const limited = tried.find(({ status }) => status === 429);
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('behind a proxy', () => {
  it('wrong passwords hold up who sent them, not everybody, and the audit says who', async () => {
    const behind = await startSecuredApi({ RELEVO_TRUSTED_PROXIES: '127.0.0.0/8' });
    onTestFinished(() => behind.close());
    const tryFrom = async (address: string, name: string): Promise<number> => {
      const response = await fetch(`${behind.api.url}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ name, password: 'guess guess guess' }),
      });
      return response.status;
    };
    const tries = Array.from({ length: 7 }, (_, i) => tryFrom('203.0.113.9', `guest-${i}`));
    expect(await Promise.all(tries)).toContain(429);
    expect(await tryFrom('198.51.100.7', 'ana')).toBe(401);
    const [event] = await behind.db.registry.access.audit.list({ limit: 1 });
    expect(event.remoteAddress).toBe('198.51.100.7');
  });
});

describe('the audit', () => {
  it('tells who changed what, how it was and is, and what was refused; it cannot be changed', async () => {
    const { registry } = db;
    const engineer = await makeKey(registry, ['engineer:steel-energy']);
    const actor = `key:${engineer.split('_')[1]}`;
    const spec = api.deps.pipelines.find(({ name }) => name === 'steel-energy');
    if (spec !== undefined) await registry.pipelines.save(spec);
    const force = (pipeline: string, key: string) =>
      call('POST', `/v1/pipelines/${pipeline}/breaker`, key, {
        state: 'open',
        reason: 'relining',
        actor: 'ana',
      });
    expect((await force('steel-energy', engineer)).status).toBe(200);
    expect((await force('electricity-price', engineer)).status).toBe(403);
    const lost = await call('GET', '/v1/audit?before=yesterday', admin);
    expect([lost.status, lost.body.error.code]).toEqual([422, 'REQUEST_UNPROCESSABLE']);
    const { body } = await call('GET', `/v1/audit?actor=${actor}`, admin);
    expect(body.events).toMatchObject([
      { outcome: 'refused', status: 403, pipeline: 'electricity-price' },
      {
        ...{ outcome: 'done', status: 200, pipeline: 'steel-energy', actor },
        action: 'POST /v1/pipelines/:pipeline/breaker',
        input: { state: 'open', reason: 'relining' },
        before: { state: 'closed' },
        after: { state: 'open' },
      },
    ]);
    const [event] = await registry.breakers.events('steel-energy', 1);
    expect(event.actor).toBe(`${actor} (ana)`);

    const pool = new pg.Pool({ connectionString: db.url });
    for (const text of [
      'update relevo.audit_events set actor = $1',
      'delete from relevo.audit_events where actor <> $1',
    ])
      await expect(pool.query(text, ['x'])).rejects.toThrow('append-only');
    await expect(pool.query('truncate relevo.audit_events')).rejects.toThrow('append-only');
    await pool.end();
  });

  it('holds no secret', async () => {
    const made = newKey.parse(
      (await call('POST', '/v1/keys', admin, { name: 'x', grants: ['client'] })).body,
    );
    const { body } = await call('GET', '/v1/audit?limit=200', admin);
    expect(JSON.stringify(body)).toContain(made.id);
    expect(JSON.stringify(body)).not.toContain(made.key.slice(-43));
    expect(JSON.stringify(body)).not.toContain('correct horse battery');
  });
});

describe('rates', () => {
  it('are one for all processes, said in headers and in 429', async () => {
    const settings = { RELEVO_RATE_PER_KEY: '5' };
    const gates = await Promise.all([startSecurity(db, settings), startSecurity(db, settings)]);
    const key = await makeKey(db.registry, ['viewer']);
    const headers = { authorization: `Bearer ${key}` };
    const request = { method: 'GET', path: '/v1/runs', headers, remoteAddress: '127.0.0.1' };
    let [let_in, refused] = [0, 0];
    const startedMs = Date.now();
    for (let i = 0; i < 40; i++) {
      try {
        const admission = await gates[i % 2].gate(request);
        let_in++;
        expect(admission.headers['ratelimit-limit']).toBe('5');
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ code: 'RATE_LIMITED', headers: { 'ratelimit-remaining': '0' } });
      }
    }
    const seconds = (Date.now() - startedMs) / 1000;
    // A bucket of two seconds, and what flowed in meanwhile; each process may hold one token more.
    expect(let_in).toBeLessThanOrEqual(Math.floor(10 + 5 * seconds) + 2);
    expect(let_in).toBeGreaterThanOrEqual(8);
    expect(refused).toBe(40 - let_in);
    // A stream that stands is asked about every second: that is no request of its client's.
    const standing = await gates[0].gate({ ...request, isStanding: true });
    expect(standing.principal.kind).toBe('key');
    await Promise.all(gates.map((gate) => gate.close()));
  });
});
