import { createRoute, z } from '@hono/zod-openapi';
import { errors, json } from '../../openapi.ts';

/** As the JSON form of Temporal's protobuf has them. */
const bytes = z.string().regex(z.regexes.base64, 'bytes in base64');
const payloadSchema = z
  .object({
    metadata: z.record(z.string(), bytes).nullish(),
    data: bytes.nullish(),
  })
  .openapi('TemporalPayload');
const payloadsSchema = z.object({ payloads: z.array(payloadSchema).max(10_000) });

const body = { body: { ...json(payloadsSchema, 'Payloads as Temporal keeps them'), required: true } };
const responses = {
  200: json(payloadsSchema, 'The same payloads in their order; those that need nothing are as they were'),
  ...errors('REQUEST_INVALID', 'PAYLOAD_UNREADABLE', 'MEDIA_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE'),
};

export const encode = createRoute({
  method: 'post',
  path: '/codec/encode',
  tags: ['temporal'],
  summary: 'Encrypts payloads, for what the Temporal UI and CLI send',
  request: body,
  responses,
});
export const decode = createRoute({
  method: 'post',
  path: '/codec/decode',
  tags: ['temporal'],
  summary: 'Decrypts payloads, for what the Temporal UI and CLI show',
  request: body,
  responses,
});
