import { newKeySchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { showNewKey } from './show.ts';

export interface CreateKeyOptions {
  grant: string[];
  days?: number;
  rate?: number;
}

/** Makes an API key and shows it, this once. */
export async function createKey(
  { terminal, api, interrupted }: CommandContext,
  name: string,
  { grant, days, rate }: CreateKeyOptions,
): Promise<ExitCode> {
  const client = await api();
  const body = { name, grants: grant, expiresInDays: days, ratePerSecond: rate };
  const made = await client.post('/v1/keys', body, newKeySchema, interrupted);
  terminal.printJson(made);
  showNewKey(terminal, made);
  return exitCodes.ok;
}
