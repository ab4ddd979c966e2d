import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { CommanderError } from 'commander';
import { Hono } from 'hono';
import type { Schema } from 'hono/types';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { errorBody, toRelevoError } from '../../api/http/errors.ts';
import type { ApiEnv } from '../../api/openapi.ts';
import { developer } from '../../api/security/principal.ts';
import { createApiClient } from '../../cli/client/http.ts';
import { exitCodes } from '../../cli/exit-codes.ts';
import { showFailure } from '../../cli/failure.ts';
import { createProgram, throwInsteadOfExit } from '../../cli/program.ts';
import { type Language, memoryTerminal } from '../../cli/testing.ts';
import { parseEnvironment } from '../../contracts/env.ts';

export interface RoutesServer {
  url: string;
  close(): void;
}

/** Some of the API's routes on a port, for whoever asks on loopback, with errors as the API writes them. */
export async function serveRoutes<S extends Schema>(routes: Hono<ApiEnv, S>): Promise<RoutesServer> {
  const app = new Hono<ApiEnv>();
  app.use(async (c, next) => {
    c.set('principal', developer);
    await next();
  });
  app.route('/', routes);
  app.onError((thrown, c) => {
    const error = toRelevoError(thrown);
    return c.json(errorBody(error, 'r1'), error.status as ContentfulStatusCode);
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** A command line as a person writes it after `relevo`: what it says, and the code that it ends with. */
export async function commandLine(
  url: string,
  args: readonly string[],
  { language = 'en', json = false }: { language?: Language; json?: boolean } = {},
): Promise<{ code: number | undefined; stdout: string; stderr: string }> {
  const { terminal, written } = memoryTerminal({ language, json });
  const env = parseEnvironment({ RELEVO_LANG: language });
  const api = async () => createApiClient(url, language);
  let code: number | undefined;
  const program = createProgram(terminal, '0.0.0', async (work) => {
    code = await work({ env, terminal, api, interrupted: new AbortController().signal });
  });
  throwInsteadOfExit(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    code = error instanceof CommanderError ? exitCodes.usage : showFailure(error, terminal);
  }
  return { code, ...written };
}
