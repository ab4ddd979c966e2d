import { Connection, type ConnectionOptions } from '@temporalio/client';
import type { Environment } from '../../contracts/env.ts';
import { readPem } from '../../net/pem.ts';

type TemporalSettings = Pick<
  Environment,
  'TEMPORAL_ADDRESS' | 'TEMPORAL_API_KEY' | 'TEMPORAL_TLS_CERT' | 'TEMPORAL_TLS_KEY' | 'RELEVO_TEMPORAL_PORT'
>;

/**
 * A connection that is made at its first call and again after every loss, so that the API starts without Temporal.
 * @throws RelevoError ENVIRONMENT_INVALID where a certificate cannot be read.
 */
export async function temporalConnection(settings: TemporalSettings): Promise<Connection> {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS_CERT: cert, TEMPORAL_TLS_KEY: key } = settings;
  const options: ConnectionOptions = {
    address: settings.TEMPORAL_ADDRESS ?? `127.0.0.1:${settings.RELEVO_TEMPORAL_PORT}`,
    connectTimeout: '5s',
    channelArgs: {
      // The default waits up to two minutes between attempts after a long absence.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 3_000,
    },
  };
  if (apiKey !== undefined) Object.assign(options, { apiKey, tls: true });
  if (cert !== undefined && key !== undefined) {
    const [crt, privateKey] = await Promise.all([
      readPem('TEMPORAL_TLS_CERT', cert),
      readPem('TEMPORAL_TLS_KEY', key),
    ]);
    options.tls = { clientCertPair: { crt, key: privateKey } };
  }
  return Connection.lazy(options);
}
