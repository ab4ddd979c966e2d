import { NativeConnection } from '@temporalio/worker';
import type { Environment } from '../contracts/env.ts';
import { readPem } from '../net/pem.ts';

/**
 * The Temporal server of the environment: plain on this machine, with an API key or a client certificate elsewhere.
 * @throws RelevoError ENVIRONMENT_INVALID where a certificate cannot be read.
 */
export async function connectTemporal(env: Environment): Promise<NativeConnection> {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS_CERT: certPath, TEMPORAL_TLS_KEY: keyPath } = env;
  const address = env.TEMPORAL_ADDRESS ?? `127.0.0.1:${env.RELEVO_TEMPORAL_PORT}`;
  if (certPath && keyPath) {
    const crt = await readPem('TEMPORAL_TLS_CERT', certPath);
    const key = await readPem('TEMPORAL_TLS_KEY', keyPath);
    return await NativeConnection.connect({ address, apiKey, tls: { clientCertPair: { crt, key } } });
  }
  return await NativeConnection.connect({ address, apiKey, tls: apiKey !== undefined });
}
