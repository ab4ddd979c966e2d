import type { Environment } from '../../contracts/env.ts';
import { urlOf } from '../up/addresses.ts';
import { isStackAlive, readStackState } from '../up/lock.ts';
import { type ApiClient, createApiClient } from './http.ts';

/** Where the API is: as told, where the stack of this home says, or where the settings put it. */
function apiUrlFor(env: Environment, url: string | undefined): string {
  if (url !== undefined) return url;
  const state = readStackState(env.RELEVO_HOME);
  if (state?.apiUrl !== undefined && isStackAlive(state)) return state.apiUrl;
  return urlOf(env);
}

export const openApi = (env: Environment, url: string | undefined): ApiClient =>
  createApiClient(apiUrlFor(env, url), env.RELEVO_LANG);
