import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';

export const failureConverterPath = fileURLToPath(new URL('failure-converter.cjs', import.meta.url));

/** What clients, workers and replays of one setting are given, so that they read and write alike. */
export const dataConverterWith = (codec: PayloadCodec | undefined): DataConverter | undefined =>
  codec && { payloadCodecs: [codec], failureConverterPath };
