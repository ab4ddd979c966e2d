import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { RelevoError } from '../../contracts/errors.ts';
import type { Keyring } from './keys.ts';

const PayloadMessage = proto.temporal.api.common.v1.Payload;
const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const encoding = 'binary/encrypted';

/**
 * Encrypts payloads of workflows with AES-256-GCM under a fresh random nonce each, in the form that Temporal's own
 * samples have: `encoding: binary/encrypted`, `encryption-key-id`, and nonce, ciphertext and tag as data. What comes
 * plain is left plain, so that runs which began before the setting go on.
 * @throws RelevoError PAYLOAD_UNREADABLE from `decode` where the key is not there or does not fit.
 */
export const createEncryption = (keyring: Keyring): PayloadCodec => ({
  encode: async (payloads) => payloads.map((payload) => encrypt(payload, keyring)),
  decode: async (payloads) => payloads.map((payload) => decrypt(payload, keyring)),
});

function encrypt(payload: Payload, { current }: Keyring): Payload {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, current.key, iv);
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: { encoding: Buffer.from(encoding), 'encryption-key-id': Buffer.from(current.id) },
    data: Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

function decrypt(payload: Payload, keyring: Keyring): Payload {
  const { metadata, data } = payload;
  if (textOf(metadata?.encoding) !== encoding) return payload;
  const id = textOf(metadata?.['encryption-key-id']);
  const key = keyring.find(id);
  if (key === undefined) throw unreadable(id, 'is not among the keys of this process');
  if (!data || data.length < ivBytes + tagBytes) throw unreadable(id, 'wrote a payload that is cut off');
  try {
    const decipher = createDecipheriv(algorithm, key, data.subarray(0, ivBytes));
    decipher.setAuthTag(data.subarray(-tagBytes));
    const plain = [decipher.update(data.subarray(ivBytes, -tagBytes)), decipher.final()];
    return PayloadMessage.toObject(PayloadMessage.decode(Buffer.concat(plain)), { bytes: Buffer });
  } catch {
    throw unreadable(id, 'does not fit the payload, or the payload was changed');
  }
}

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();

const unreadable = (id: string, why: string): RelevoError =>
  new RelevoError('PAYLOAD_UNREADABLE', `The payload key "${id.slice(0, 64)}" ${why}.`, {
    field: 'RELEVO_PAYLOAD_KEYS',
    value: id,
    expected: 'the key that the payload was encrypted with, under its id',
    remedy: 'Give every process the same keys, old ones behind the new.',
  });
