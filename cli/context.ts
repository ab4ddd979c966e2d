import type { Environment } from '../contracts/env.ts';
import type { ApiClient } from './client/http.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface CommandContext {
  env: Environment;
  terminal: Terminal;
  /** The API of the stack that runs in this home, of `--url`, or of the settings; opened at first use. */
  api(): Promise<ApiClient>;
  /** Aborted by Ctrl-C and SIGTERM. `up` handles signals itself. */
  interrupted: AbortSignal;
}
