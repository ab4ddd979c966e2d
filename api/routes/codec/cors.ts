import { cors } from 'hono/cors';
import type { ApiDeps } from '../../deps.ts';

/** Lets the pages of the Temporal UI, and of those origins that are named, call the codec with what they signed in by. */
export const codecCors = ({ codec }: Pick<ApiDeps, 'codec'>) =>
  cors({
    origin: [...codec.origins],
    allowMethods: ['POST'],
    allowHeaders: ['authorization', 'content-type', 'x-namespace', 'x-api-key'],
    credentials: true,
    maxAge: 600,
  });
