import { accepts } from 'hono/accepts';
import type { ApiContext } from '../openapi.ts';

/** Whether a browser asks for something to show: it names HTML, which programs that take anything do not. */
export const wantsPage = (c: ApiContext): boolean =>
  accepts(c, {
    header: 'Accept',
    supports: ['application/json', 'text/html'],
    default: 'application/json',
  }) === 'text/html';
