import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { NewAlert } from '../../contracts/alerts.ts';
import { parseEnvironment } from '../../contracts/env.ts';
import { freshRegistry, type TestRegistry } from '../../test/registry.ts';
import { openChannels, sendDue, startSender } from './sender.ts';
import { signatureOf } from './webhook.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
});
afterAll(() => db.drop());

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function portOf(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

interface Call {
  headers: IncomingHttpHeaders;
  body: string;
}
/** A receiver that answers with the given statuses in turn, then with 204. */
async function receiver(...statuses: number[]): Promise<{ url: string; calls: Call[] }> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  return { url: `http://127.0.0.1:${await portOf(server)}/hook`, calls };
}

/** A mail server that takes every mail. */
async function mailServer(): Promise<{ url: string; mails: string[] }> {
  const mails: string[] = [];
  const server = createTcpServer((socket) => {
    let [text, isData] = ['', false];
    socket.write('220 test ESMTP\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (;;) {
        const end = text.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const part = text.slice(0, end);
        text = text.slice(end + (isData ? 5 : 2));
        if (isData) {
          mails.push(part);
          isData = false;
          socket.write('250 taken\r\n');
          continue;
        }
        isData = part.toUpperCase().startsWith('DATA');
        if (part.toUpperCase().startsWith('QUIT')) socket.end('221 bye\r\n');
        else socket.write(isData ? '354 go on\r\n' : '250 ok\r\n');
      }
    });
    socket.on('error', () => undefined);
  });
  return { url: `smtp://127.0.0.1:${await portOf(server)}`, mails };
}

const alert = (pipeline: string, check = 'c1'): NewAlert => ({
  pipeline,
  kind: 'drift',
  severity: 'critical',
  dedupKey: 'drift',
  message: { en: 'load has\nmoved', es: 'la carga se ha movido' },
  about: { check, modelVersion: '1.0.0' },
});
const quiet = { warn: () => undefined };
/** What the tests before have left is none of this test's. */
const skipEarlier = () => db.registry.alerts.claimDeliveries(['webhook', 'email'], 1000, 3600);

test('a webhook gets each event once, signed so that the receiver can check it', async () => {
  await skipEarlier();
  const { url, calls } = await receiver();
  const env = parseEnvironment({ RELEVO_WEBHOOK_URL: url, RELEVO_WEBHOOK_SECRET: 'a shared secret' });
  const { id } = await db.registry.alerts.raise(alert('pump'));
  const senders = [1, 2, 3].map(() => startSender(db.another().alerts, env, quiet));
  for (let waited = 0; calls.length === 0 && waited < 100; waited++) await sleep(50);
  await sleep(300);
  await Promise.all(senders.map((sender) => sender.stop()));
  expect(calls).toHaveLength(1);
  const [{ headers, body }] = calls;
  expect(JSON.parse(body)).toMatchObject({ event: 'raised', alert: { id, pipeline: 'pump', count: 1 } });
  const seconds = Number(/^t=(\d+),/.exec(String(headers['x-relevo-signature']))?.[1]);
  expect(headers['x-relevo-signature']).toBe(signatureOf('a shared secret', body, seconds));
  expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(60);
  expect(headers['x-relevo-event']).toBe(String(JSON.parse(body).id));
});

test('a receiver that fails is tried again later, with the same event', async () => {
  await skipEarlier();
  const { url, calls } = await receiver(503);
  const { channels } = openChannels(parseEnvironment({ RELEVO_WEBHOOK_URL: url }));
  await db.registry.alerts.raise(alert('fan'));
  expect(await sendDue(db.registry.alerts, channels)).toEqual({
    sent: 0,
    errors: ['the webhook answered 503'],
  });
  expect(await sendDue(db.registry.alerts, channels)).toEqual({ sent: 0, errors: [] });
  await sleep(5_100);
  expect(await sendDue(db.registry.alerts, channels)).toEqual({ sent: 1, errors: [] });
  expect(calls.map(({ headers }) => headers['x-relevo-signature'])).toEqual([undefined, undefined]);
  expect(calls[0].body).toBe(calls[1].body);
});

test('a mail tells it in both languages, on one line of subject', async () => {
  await skipEarlier();
  const { url, mails } = await mailServer();
  const { channels, close } = openChannels(
    parseEnvironment({ RELEVO_SMTP_URL: url, RELEVO_ALERT_EMAIL: 'ana@example.org, luis@example.org' }),
  );
  await db.registry.alerts.raise(alert('mill'));
  expect(await sendDue(db.registry.alerts, channels)).toEqual({ sent: 1, errors: [] });
  close();
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain('Subject: [Relevo] critical: mill: load has moved\r\n');
  expect(mails[0]).toContain('To: ana@example.org, luis@example.org');
  expect(mails[0]).toContain('la carga se ha movido');
  expect(mails[0]).toContain('modelVersion: 1.0.0');
});

test('settings that are half there are refused with their names, without their values', () => {
  expect(() => parseEnvironment({ RELEVO_WEBHOOK_URL: 'ftp://secret' })).toThrow(
    /RELEVO_WEBHOOK_URL=.*hidden/,
  );
  expect(() => parseEnvironment({ RELEVO_ALERT_EMAIL: 'ana@example.org, luis' })).toThrow(
    /RELEVO_ALERT_EMAIL/,
  );
  expect(Object.keys(openChannels(parseEnvironment({})).channels)).toEqual([]);
});
