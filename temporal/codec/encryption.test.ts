import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { expect, it, onTestFinished } from 'vitest';
import { payloadCodec } from './index.ts';

const newKey = (): string => randomBytes(32).toString('base64');
async function codecOf(keys: Record<string, string>): Promise<PayloadCodec> {
  const codec = await payloadCodec({ RELEVO_PAYLOAD_KEYS: JSON.stringify(keys) });
  if (codec === undefined) throw new Error('no codec');
  return codec;
}
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const keys = { monday: newKey() };

it('gives back what it was given, and shows nothing of it in between', async () => {
  const codec = await codecOf(keys);
  const values = [{ secret: 'Mina Grande' }, 'x'.repeat(60_000), null];
  const encrypted = await codec.encode(values.map(payloadOf));
  for (const { data, metadata } of encrypted) {
    expect(Buffer.from(data ?? []).toString('latin1')).not.toMatch(/Mina|xxxx|json/);
    expect(Object.keys(metadata ?? {})).toEqual(['encoding', 'encryption-key-id']);
  }
  const decrypted = await codec.decode(encrypted);
  expect(decrypted.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual(values);
});

it('never encrypts the same payload to the same bytes', async () => {
  const codec = await codecOf(keys);
  const [one, other] = await codec.encode([payloadOf('same'), payloadOf('same')]);
  expect(Buffer.from(one.data ?? [])).not.toEqual(Buffer.from(other.data ?? []));
});

it('leaves plain payloads plain when it reads them', async () => {
  const plain = payloadOf({ from: 'before the setting' });
  expect(await (await codecOf(keys)).decode([plain])).toEqual([plain]);
});

it('reads what older keys wrote, and writes with the first', async () => {
  const [old] = await (await codecOf(keys)).encode([payloadOf('written on monday')]);
  const rotated = await codecOf({ tuesday: newKey(), ...keys });
  expect(defaultPayloadConverter.fromPayload((await rotated.decode([old]))[0])).toBe('written on monday');
  const [fresh] = await rotated.encode([payloadOf('now')]);
  expect(String(fresh.metadata?.['encryption-key-id'])).toBe('tuesday');
});

it.each<[string, (payload: Payload) => Payload, Record<string, string>]>([
  ['an unknown key', (payload) => payload, { tuesday: newKey() }],
  ['another key under its id', (payload) => payload, { monday: newKey() }],
  [
    'a changed byte',
    ({ data, metadata }) => ({ metadata, data: data?.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) }),
    keys,
  ],
  ['a lost end', ({ data, metadata }) => ({ metadata, data: data?.subarray(0, 20) }), keys],
  ['no data', ({ metadata }) => ({ metadata }), keys],
])('says which key fails for %s', async (_name, change, known) => {
  const [payload] = await (await codecOf(keys)).encode([payloadOf('value')]);
  await expect((await codecOf(known)).decode([change(payload)])).rejects.toMatchObject({
    code: 'PAYLOAD_UNREADABLE',
    message: expect.stringContaining('"monday"'),
  });
});

it('reads the keys from a file too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'keys.json');
  await writeFile(path, JSON.stringify(keys));
  const fromFile = await payloadCodec({ RELEVO_PAYLOAD_KEYS: path });
  const [payload] = await (await codecOf(keys)).encode([payloadOf(1)]);
  expect(await fromFile?.decode([payload])).toHaveLength(1);
});

it('is off where nothing is set', async () =>
  expect(await payloadCodec({ RELEVO_PAYLOAD_KEYS: undefined })).toBeUndefined());

it.each([
  ['no file', '/no/such/file'],
  ['cut JSON', '{"a": '],
  ['no key', '{}'],
  ['a short key', '{"a":"c2hvcnQ="}'],
  ['an id that JSON would sort to the front', `{"old":"${newKey()}","7":"${newKey()}"}`],
])('refuses %s without showing it', async (_name, setting) => {
  const failure = await payloadCodec({ RELEVO_PAYLOAD_KEYS: setting }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ENVIRONMENT_INVALID', details: { field: 'RELEVO_PAYLOAD_KEYS' } });
  if (setting.length > 10) expect(JSON.stringify(failure)).not.toContain(setting.slice(1, 10));
});
