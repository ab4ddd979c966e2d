import type { PayloadCodec } from '@temporalio/common';
import type { Environment } from '../../contracts/env.ts';
import { createEncryption } from './encryption.ts';
import { readKeyring } from './keys.ts';

/** The codec that the setting asks for; undefined where payloads stay plain. @throws RelevoError ENVIRONMENT_INVALID */
export async function payloadCodec(
  env: Pick<Environment, 'RELEVO_PAYLOAD_KEYS'>,
): Promise<PayloadCodec | undefined> {
  const keyring = await readKeyring(env);
  return keyring && createEncryption(keyring);
}
