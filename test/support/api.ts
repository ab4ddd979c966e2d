import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { type ApiApp, createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { createAccessLog } from '../../api/http/access-log.ts';
import { createMetrics } from '../../api/metrics.ts';
import { type AuditLogTiming, openAuditLog } from '../../api/security/audit/audit-log.ts';
import type { Gate } from '../../api/security/gate.ts';
import { developer } from '../../api/security/principal.ts';
import type { Logins } from '../../api/security/sessions/logins.ts';
import { type ApiServer, createApiServer, drain, listen } from '../../api/server.ts';
import { createChampions } from '../../api/serving/champions/champions.ts';
import type { ChampionSource } from '../../api/serving/champions/source.ts';
import { createHistories } from '../../api/serving/forecast/histories.ts';
import { createIdMaker } from '../../api/serving/ids.ts';
import { openRecording, type RecordingTiming } from '../../api/serving/log/recording.ts';
import { codecOrigins, temporalClient } from '../../api/temporal/client.ts';
import { createWorkflows } from '../../api/temporal/workflows.ts';
import type { Certificate } from '../../api/tls.ts';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { ContestRoute } from '../../contracts/contest.ts';
import { type Environment, parseEnvironment } from '../../contracts/env.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { pipelines } from '../../pipelines/index.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry } from '../../registry/index.ts';
import type { ModelVersion } from '../../registry/types.ts';
import type { Tracing } from '../../telemetry/tracing.ts';

/** Port 1 answers nobody: what stands here is as good as away. */
const awayDatabase = 'postgresql://nobody@127.0.0.1:1/none';
const awayTemporal = '127.0.0.1:1';

/** Whatever host and origin a request names. */
export const openGate: Gate = () => ({ principal: developer, headers: {} });

export interface FileChampions extends ChampionSource {
  /** Makes this the champion and tells the listeners, as the registry does. */
  promote(model: ServedFile): void;
  /** Sets the routes of contests and makes their challengers known. */
  contend(routes: ContestRoute[], ...contenders: ServedFile[]): void;
}
interface ServedFile {
  version: ModelVersion;
  onnx: Uint8Array;
}

/** Champions from memory instead of the registry; everything behind it is the server's own. */
export function fileChampions(...models: ServedFile[]): FileChampions {
  const byPipeline = new Map(models.map((model) => [model.version.pipeline, model]));
  const known = new Set(models);
  let routes: ContestRoute[] = [];
  const modelOf = (pipeline: string, version: string): ServedFile => {
    for (const model of known)
      if (model.version.pipeline === pipeline && model.version.version === version) return model;
    throw new Error(`no file of ${pipeline} ${version}`);
  };
  let notify: (pipeline: string) => void = () => {};
  return {
    champion: async (pipeline) => byPipeline.get(pipeline)?.version,
    routes: async (pipeline) => routes.filter((route) => route.pipeline === pipeline),
    version: async (pipeline, version) => modelOf(pipeline, version).version,
    onnx: async ({ pipeline, version }) => modelOf(pipeline, version).onnx,
    async watch(onChange) {
      notify = onChange;
      return { close: async () => {} };
    },
    promote(model) {
      known.add(model);
      byPipeline.set(model.version.pipeline, model);
      notify(model.version.pipeline);
    },
    contend(changed, ...contenders) {
      routes = changed;
      for (const model of contenders) known.add(model);
      for (const pipeline of byPipeline.keys()) notify(pipeline);
    },
  };
}

export interface TestApi {
  app: ApiApp;
  deps: ApiDeps;
  server: ApiServer;
  url: string;
  close(): Promise<void>;
}

export interface TestApiOptions {
  source: ChampionSource;
  databaseUrl?: string;
  temporalAddress?: string;
  /** RELEVO_PAYLOAD_KEYS */
  payloadKeys?: string;
  /** RELEVO_CODEC_ORIGINS */
  codecOrigins?: string;
  tracing?: Tracing;
  /** Speaks TLS with it; plain HTTP where absent. */
  certificate?: Certificate;
  specs?: readonly PipelineSpec[];
  /** How long the prediction log waits for what; as it ships where absent. */
  recording?: RecordingTiming;
  /** How long the audit waits for what; as it ships where absent. */
  audit?: AuditLogTiming;
  /** Where what the database cannot take waits, which then outlives the API; a folder of its own where absent. */
  spool?: string;
  port?: number;
  artifacts?: ArtifactStore;
  log?: Logger;
  /** RELEVO_ACCESS_LOG */
  accessLog?: Environment['RELEVO_ACCESS_LOG'];
  /** Lets everybody in where absent. */
  gate?: Gate;
  logins?: Logins;
  corsOrigins?: string[];
  trustedProxies?: string[];
}

/** The API as it ships, with its champions from `source`; PostgreSQL and Temporal are away unless told. */
export async function startApi(options: TestApiOptions): Promise<TestApi> {
  const { source, specs = Object.values(pipelines), log = pino({ level: 'silent' }) } = options;
  const registry = openRegistry(options.databaseUrl ?? awayDatabase);
  const env = parseEnvironment({
    TEMPORAL_ADDRESS: options.temporalAddress ?? awayTemporal,
    RELEVO_PAYLOAD_KEYS: options.payloadKeys,
    RELEVO_CODEC_ORIGINS: options.codecOrigins,
  });
  const { client, connection, payloads } = await temporalClient(env, options.tracing);
  const champions = createChampions({ source, pipelines: specs.map(({ name }) => name), log });
  const draining = new AbortController();
  const metrics = createMetrics();
  const folder = options.spool ?? (await mkdtemp(join(tmpdir(), 'relevo-spool-')));
  const newId = createIdMaker();
  const audit = await openAuditLog({
    ...{ registry: registry.access.audit, metrics, log, newId, timing: options.audit },
    folder: join(folder, 'audit'),
  });
  const recording = await openRecording({
    ...{ pipelines: specs, metrics, log, registry: registry.predictions, timing: options.recording },
    folder: join(folder, 'predictions'),
  });
  const deps: ApiDeps = {
    ...{ pipelines: specs, champions, registry, metrics, recording, audit, log, newId },
    accessLog: createAccessLog(log, options.accessLog ?? env.RELEVO_ACCESS_LOG),
    workflows: createWorkflows(client),
    artifacts: options.artifacts ?? createFolderArtifacts(join(tmpdir(), 'relevo-test-artifacts')),
    histories: createHistories({ newest: async () => undefined }),
    gate: options.gate ?? openGate,
    gateIsOpen: options.gate === undefined,
    logins: options.logins ?? { oidc: undefined, secure: false, publicOrigin: undefined },
    corsOrigins: options.corsOrigins ?? [],
    trustedProxies: options.trustedProxies ?? [],
    isSecure: options.certificate !== undefined,
    tracing: options.tracing,
    tracedPredictions: options.tracing === undefined ? 0 : 1,
    codec: { payloads, origins: codecOrigins(env) },
    temporalUi: { url: 'http://127.0.0.1:8233', namespace: 'default' },
    draining: draining.signal,
  };
  await champions.start();
  const app = createApp(deps);
  const server = createApiServer(app, deps, options.certificate);
  await listen(server, '127.0.0.1', options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    ...{ app, deps, server },
    url: `http${options.certificate === undefined ? '' : 's'}://127.0.0.1:${port}`,
    async close() {
      draining.abort();
      await drain(server);
      await recording.close();
      await audit.close();
      if (options.spool === undefined) await rm(folder, { recursive: true, force: true });
      await Promise.allSettled([champions.close(), connection.close(), registry.close()]);
    },
  };
}
