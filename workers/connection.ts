import { readFile } from 'node:fs/promises';
import { NativeConnection } from '@temporalio/worker';
import type { Environment } from '../contracts/env.ts';

/** The Temporal server of the environment: plain on this machine, with an API key or a client certificate elsewhere. */
export async function connectTemporal(env: Environment): Promise<NativeConnection> {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS_CERT: certPath, TEMPORAL_TLS_KEY: keyPath } = env;
  const address = env.TEMPORAL_ADDRESS ?? `127.0.0.1:${env.RELEVO_TEMPORAL_PORT}`;
  if (certPath && keyPath) {
    const [crt, key] = await Promise.all([readFile(certPath), readFile(keyPath)]);
    return await NativeConnection.connect({ address, apiKey, tls: { clientCertPair: { crt, key } } });
  }
  return await NativeConnection.connect({ address, apiKey, tls: apiKey !== undefined });
}
