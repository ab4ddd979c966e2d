import cluster from 'node:cluster';
import { Server as TlsServer } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Environment, environment } from '../contracts/env.ts';
import { RelevoError } from '../contracts/errors.ts';
import { pipelines } from '../pipelines/index.ts';
import { watchedUnder } from '../pipelines/watched.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { openRegistry } from '../registry/index.ts';
import { openLog } from '../telemetry/log.ts';
import { openTracing, type Tracing } from '../telemetry/tracing.ts';
import { createApp } from './app.ts';
import { createAccessLog } from './http/access-log.ts';
import { createMetrics } from './metrics.ts';
import { keepProcesses } from './processes.ts';
import { openAuditLog } from './security/audit/audit-log.ts';
import { openSecurity } from './security/open.ts';
import { createLogins } from './security/sessions/logins.ts';
import { createApiServer, drain, listen } from './server.ts';
import { createChampions } from './serving/champions/champions.ts';
import { keptChampions } from './serving/champions/kept.ts';
import { registryChampions } from './serving/champions/source.ts';
import { createHistories } from './serving/forecast/histories.ts';
import { registryHistory } from './serving/forecast/registry-history.ts';
import { createIdMaker } from './serving/ids.ts';
import { openRecording } from './serving/log/recording.ts';
import { codecOrigins, temporalClient } from './temporal/client.ts';
import { createWorkflows } from './temporal/workflows.ts';
import { followCertificate, readCertificate } from './tls.ts';

/** The first load of champions may take this long before the server listens without them. */
const firstLoadMs = 10_000;

/** The Temporal UI of an embedded server; where another address is set, its UI is not ours to know. */
function temporalUi(env: Environment): { url: string; namespace: string } | undefined {
  const embedded = `127.0.0.1:${env.RELEVO_TEMPORAL_PORT}`;
  if ((env.TEMPORAL_ADDRESS ?? embedded) !== embedded) return undefined;
  return { url: `http://127.0.0.1:${env.RELEVO_TEMPORAL_UI_PORT}`, namespace: env.TEMPORAL_NAMESPACE };
}

function databaseUrl({ DATABASE_URL: url }: Environment): string {
  if (url !== undefined) return url;
  throw new RelevoError('ENVIRONMENT_INVALID', 'DATABASE_URL is not set.', {
    field: 'DATABASE_URL',
    expected: 'postgresql://user:password@host:port/database',
    remedy: 'Start with "relevo up", which runs a database of its own, or set DATABASE_URL.',
  });
}

/** Of one process; all of them together stay well below what a server of PostgreSQL takes by default. */
const poolSize = ({ RELEVO_API_PROCESSES: processes }: Environment): number =>
  Math.max(3, Math.floor(24 / (processes + 2)));

async function serve(env: Environment, log: Logger, tracing: Tracing | undefined): Promise<void> {
  const url = databaseUrl(env);
  const certificate = await readCertificate(env);
  const registry = openRegistry(url, { poolSize: poolSize(env) });
  const security = await openSecurity({ env, databaseUrl: url, registry, log });
  const artifacts = createFolderArtifacts(join(env.RELEVO_HOME, 'artifacts'));
  const { client, connection, payloads } = await temporalClient(env, tracing);
  const workflows = createWorkflows(client);
  const specs = watchedUnder(Object.values(pipelines), env.RELEVO_WATCH);
  const source = keptChampions(
    registryChampions(registry, artifacts, url),
    join(env.RELEVO_HOME, 'champions'),
    log,
  );
  const champions = createChampions({ source, pipelines: specs.map(({ name }) => name), log });
  const draining = new AbortController();
  const metrics = createMetrics();
  const recording = await openRecording({
    ...{ pipelines: specs, metrics, log, registry: registry.predictions },
    folder: join(env.RELEVO_HOME, 'spool', 'predictions'),
  });
  const newId = createIdMaker();
  const audit = await openAuditLog({
    ...{ registry: registry.access.audit, metrics, log, newId },
    folder: join(env.RELEVO_HOME, 'spool', 'audit'),
  });
  const deps = {
    pipelines: specs,
    ...{ champions, registry, workflows, artifacts, metrics, recording, audit, log, newId },
    accessLog: createAccessLog(log, env.RELEVO_ACCESS_LOG),
    histories: createHistories(registryHistory(registry, artifacts)),
    ...{ gate: security.gate, gateIsOpen: security.isOpen, corsOrigins: env.RELEVO_CORS_ORIGINS },
    trustedProxies: env.RELEVO_TRUSTED_PROXIES,
    logins: createLogins(env, registry),
    isSecure: certificate !== undefined,
    ...{ tracing, tracedPredictions: env.RELEVO_TRACE_PREDICTIONS },
    codec: { payloads, origins: codecOrigins(env) },
    temporalUi: temporalUi(env),
    draining: draining.signal,
  };
  const server = createApiServer(createApp(deps), deps, certificate);
  const following = server instanceof TlsServer ? followCertificate(server, env, log) : undefined;
  const told = toldToStop();
  await Promise.race([
    champions.start(),
    told,
    new Promise((resolve) => setTimeout(resolve, firstLoadMs).unref()),
  ]);
  await listen(server, env.RELEVO_HOST, env.RELEVO_PORT);
  log.info({ host: env.RELEVO_HOST, port: env.RELEVO_PORT }, 'API listens');
  tellReady();

  log.info({ why: await told }, 'API stops');
  draining.abort();
  following?.stop();
  await sleep(1_000 * env.RELEVO_DRAIN_SECONDS);
  await drain(server);
  await recording.close();
  await audit.close();
  await security.close();
  await Promise.allSettled([champions.close(), connection.close(), registry.close(), tracing?.close()]);
}

const tellReady = (): void => {
  process.send?.({ type: 'ready' });
};

/** Resolves with the reason when a signal asks for it or the parent has gone away. */
function toldToStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
    process.once('disconnect', () => resolve('the parent is gone'));
  });
}

async function main(): Promise<void> {
  const env = environment();
  const tracing = await openTracing('api', env);
  const log = openLog('api', env, { tracing });
  try {
    const { RELEVO_API_PROCESSES: count } = env;
    if (cluster.isPrimary && count > 1)
      await keepProcesses(count, { stopping: toldToStop(), onReady: tellReady, log });
    else await serve(env, log, tracing);
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'API ends');
    process.exit(1);
  }
}

await main();
