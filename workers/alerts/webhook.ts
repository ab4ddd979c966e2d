import { createHmac } from 'node:crypto';
import { fetchOutside } from '../../net/fetch-outside.ts';
import type { AlertEvent } from '../../registry/types.ts';

const timeoutMs = 10_000;
/** An answer's text is of no use here. */
const mostBytes = 64 * 1024;

/**
 * The signature of a body at a moment: HMAC-SHA256 of `SECONDS.BODY` in hex, as `t=SECONDS,v1=HEX`. The moment is part
 * of it, so that a receiver can refuse a body that somebody sends again later.
 */
export function signatureOf(secret: string, body: string, epochSeconds: number): string {
  const hex = createHmac('sha256', secret).update(`${epochSeconds}.${body}`).digest('hex');
  return `t=${epochSeconds},v1=${hex}`;
}

/** Posts an event as JSON; the same event sent again carries the same `x-relevo-event`. @throws Error with the status. */
export async function postEvent(
  { url, secret }: { url: string; secret?: string },
  { id, event, alert, at }: AlertEvent,
): Promise<void> {
  const body = JSON.stringify({ id, event, at, alert });
  const now = Math.floor(Date.now() / 1000);
  const response = await fetchOutside(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'relevo',
      'x-relevo-event': String(id),
      ...(secret === undefined ? {} : { 'x-relevo-signature': signatureOf(secret, body, now) }),
    },
    // Its host is the operator's own word, a redirect is somebody else's.
    schemes: ['https:', 'http:'],
    allowPrivate: true,
    maxRedirects: 0,
    maxBytes: mostBytes,
    timeoutMs,
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
}
