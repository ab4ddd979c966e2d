import type { Environment } from '../../contracts/env.ts';
import { urlOf } from '../up/addresses.ts';
import { isStackAlive, readStackState } from '../up/lock.ts';
import { readHomeKey } from './home-key.ts';
import { type ApiClient, createApiClient } from './http.ts';

/** Where the API is: as told, where the stack of this home says, or where the settings put it. */
function apiUrlFor(env: Environment, url: string | undefined): string {
  if (url !== undefined) return url;
  const state = readStackState(env.RELEVO_HOME);
  if (state?.apiUrl !== undefined && isStackAlive(state)) return state.apiUrl;
  return urlOf(env);
}

/** The key to show this home's API: the one of the settings, or the home's own. */
export const keyFor = (env: Environment): string | undefined =>
  env.RELEVO_API_KEY ?? readHomeKey(env.RELEVO_HOME);

/** An address that was given by hand hears of a key that was, too; never of the home's own. */
export const openApi = (env: Environment, url: string | undefined): ApiClient =>
  createApiClient(apiUrlFor(env, url), env.RELEVO_LANG, url === undefined ? keyFor(env) : env.RELEVO_API_KEY);
