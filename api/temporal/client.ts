import { Client, type Connection } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import type { Environment } from '../../contracts/env.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import { dataConverterWith } from '../../temporal/codec/data-converter.ts';
import { payloadCodec } from '../../temporal/codec/index.ts';
import { tracedClient } from '../../temporal/tracing/client.ts';
import { temporalConnection } from './connect.ts';

export interface TemporalClient {
  client: Client;
  connection: Connection;
  /** What encrypts payloads; undefined where they stay plain. */
  payloads: PayloadCodec | undefined;
}

/** A client of the environment's Temporal, connected at its first call. @throws RelevoError ENVIRONMENT_INVALID */
export async function temporalClient(env: Environment, tracing?: Tracing): Promise<TemporalClient> {
  const [connection, payloads] = await Promise.all([temporalConnection(env), payloadCodec(env)]);
  const dataConverter = dataConverterWith(payloads);
  const client = new Client({
    ...{ connection, namespace: env.TEMPORAL_NAMESPACE, dataConverter },
    ...(tracing && { interceptors: { workflow: [tracedClient(tracing)] } }),
  });
  return { client, connection, payloads };
}

/** The origins whose pages may have payloads decrypted: the embedded UI's under both names of this machine, and those set. */
export function codecOrigins(env: Environment): string[] {
  const ui = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${env.RELEVO_TEMPORAL_UI_PORT}`);
  return [...ui, ...env.RELEVO_CODEC_ORIGINS.map((url) => new URL(url).origin)];
}
