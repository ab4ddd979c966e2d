import { pathSegment } from '../../client/http.ts';
import { keySchema, newKeySchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { showNewKey } from './show.ts';

const hourSeconds = 3_600;

/** Gives a key another secret; the one it had stays good for a day, or as long as is said. */
export async function rotateKey(
  { terminal, api, interrupted }: CommandContext,
  id: string,
  { overlap }: { overlap?: number },
): Promise<ExitCode> {
  const client = await api();
  const body = overlap === undefined ? {} : { overlapSeconds: overlap * hourSeconds };
  const rotated = await client.post(`/v1/keys/${pathSegment(id)}/rotate`, body, newKeySchema, interrupted);
  terminal.printJson(rotated);
  showNewKey(terminal, rotated);
  return exitCodes.ok;
}

/** Ends a key, at once and for good. */
export async function revokeKey(
  { terminal, api, interrupted }: CommandContext,
  id: string,
): Promise<ExitCode> {
  const client = await api();
  const revoked = await client.post(`/v1/keys/${pathSegment(id)}/revoke`, {}, keySchema, interrupted);
  terminal.printJson(revoked);
  terminal.print(terminal.texts.keys.revoked(revoked.id, revoked.name));
  return exitCodes.ok;
}
