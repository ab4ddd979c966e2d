import type { PayloadCodec } from '@temporalio/common';
import type { Logger } from 'pino';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { Registry } from '../registry/types.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { AccessLog } from './http/access-log.ts';
import type { Metrics } from './metrics.ts';
import type { AuditLog } from './security/audit/audit-log.ts';
import type { Gate } from './security/gate.ts';
import type { Logins } from './security/sessions/logins.ts';
import type { Champions } from './serving/champions/champions.ts';
import type { Histories } from './serving/forecast/histories.ts';
import type { Recording } from './serving/log/recording.ts';
import type { Workflows } from './temporal/workflows.ts';

/** Everything that the routes work with; put together in `main.ts`. */
export interface ApiDeps {
  /** In the order in which they are the default. */
  pipelines: readonly PipelineSpec[];
  champions: Champions;
  registry: Registry;
  workflows: Workflows;
  artifacts: ArtifactStore;
  /** What forecasts start from. */
  histories: Histories;
  /** What becomes of answers once they are given. */
  recording: Recording;
  /** Takes records of changes. */
  audit: AuditLog;
  metrics: Metrics;
  /** Finds out who asks, and how much more they may. */
  gate: Gate;
  /** Whether the gate lets everybody on this machine in. */
  gateIsOpen: boolean;
  /** How people log in. */
  logins: Logins;
  /** Proxies whose word is taken for where a request comes from, in CIDR form. */
  trustedProxies: readonly string[];
  /** Origins whose pages may call. */
  corsOrigins: readonly string[];
  /** What encrypts Temporal's payloads, where they are, and the origins whose pages may have them decrypted. */
  codec: { payloads: PayloadCodec | undefined; origins: readonly string[] };
  /** Where requests are told as spans; undefined where traces are off. */
  tracing: Tracing | undefined;
  /** Share of predictions that are, 0 to 1. */
  tracedPredictions: number;
  /** Whether clients speak TLS with this very process. */
  isSecure: boolean;
  log: Logger;
  /** What is told of each request. */
  accessLog: AccessLog;
  /** Makes request and prediction ids. */
  newId: () => string;
  /** Where people see runs; absent where Temporal is somebody else's. */
  temporalUi: { url: string; namespace: string } | undefined;
  /** Aborted when the server drains: streams end. */
  draining: AbortSignal;
}
