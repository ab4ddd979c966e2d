import {
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { Environment } from '../../contracts/env.ts';
import { readPem } from '../../net/pem.ts';

type TemporalSettings = Pick<
  Environment,
  'TEMPORAL_ADDRESS' | 'TEMPORAL_API_KEY' | 'TEMPORAL_TLS_CERT' | 'TEMPORAL_TLS_KEY' | 'RELEVO_TEMPORAL_PORT'
>;

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

const pingPath = '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo';
const retry = defaultGrpcRetryOptions();
const retried = makeGrpcRetryInterceptor(retry);
const once = makeGrpcRetryInterceptor({ ...retry, retryableDecider: () => false });

/** As the client does by itself, but for a ping: tried again until its deadline, it could not tell a refusal from silence. */
const interceptor: Interceptor = (options, next) =>
  (options.method_definition.path === pingPath ? once : retried)(options, next);

/**
 * A connection that is made at its first call and again after every loss, so that the API starts without Temporal.
 * @throws RelevoError ENVIRONMENT_INVALID where a certificate cannot be read.
 */
export async function temporalConnection(settings: TemporalSettings): Promise<Connection> {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS_CERT: cert, TEMPORAL_TLS_KEY: key } = settings;
  const options: ConnectionOptions = {
    address: settings.TEMPORAL_ADDRESS ?? `127.0.0.1:${settings.RELEVO_TEMPORAL_PORT}`,
    connectTimeout: '5s',
    interceptors: [interceptor],
    channelArgs: {
      // The default waits up to two minutes between attempts after a long absence.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 3_000,
    },
  };
  if (apiKey !== undefined) Object.assign(options, { apiKey, tls: true });
  if (cert !== undefined && key !== undefined) {
    const crt = await readPem('TEMPORAL_TLS_CERT', cert);
    const privateKey = await readPem('TEMPORAL_TLS_KEY', key);
    options.tls = { clientCertPair: { crt, key: privateKey } };
  }
  return Connection.lazy(options);
}
