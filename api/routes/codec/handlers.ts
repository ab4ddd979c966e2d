import type { Payload } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { decode, encode } from './routes.ts';

/** Temporal's remote codec protocol. Without keys there is nothing to do, and payloads come back as they are. */
export function codecRoutes({ codec }: Pick<ApiDeps, 'codec'>) {
  const through = async (
    way: 'encode' | 'decode',
    { payloads }: z.infer<(typeof encode.request.body.content)['application/json']['schema']>,
  ) => {
    const given: Payload[] = payloads.map(JSONToPayload);
    return { payloads: (codec.payloads ? await codec.payloads[way](given) : given).map(payloadToJSON) };
  };
  return createRouter()
    .openapi(encode, async (c) => c.json(await through('encode', c.req.valid('json')), 200))
    .openapi(decode, async (c) => c.json(await through('decode', c.req.valid('json')), 200));
}
