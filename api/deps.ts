import type { PayloadCodec } from '@temporalio/common';
import type { Logger } from 'pino';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { Registry } from '../registry/types.ts';
import type { Metrics } from './metrics.ts';
import type { Gate } from './security/gate.ts';
import type { Champions } from './serving/champions.ts';
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
  metrics: Metrics;
  /** Finds out who asks, and how much more they may. */
  gate: Gate;
  /** What encrypts Temporal's payloads, where they are, and the origins whose pages may have them decrypted. */
  codec: { payloads: PayloadCodec | undefined; origins: readonly string[] };
  log: Logger;
  /** Makes request and prediction ids. */
  newId: () => string;
  /** Where people see runs; absent where Temporal is somebody else's. */
  temporalUi: { url: string; namespace: string } | undefined;
  /** Aborted when the server drains: streams end. */
  draining: AbortSignal;
}
