import type { MessagePort } from 'node:worker_threads';
import type { Task } from '../../../contracts/estimator.ts';
import type { SentError } from '../../../threads/sent-error.ts';
import type { BoosterParams, NativeRows } from '../../native/booster.ts';
import type { LibrarySettings } from '../../native/settings.ts';
import type { Reading } from './form.ts';

/** What the thread that talks to libxgboost is asked, and what it answers. Structured-cloneable. */

export interface TreeGrowth {
  /**
   * `boosting`: each tree learns what the sum so far leaves over.
   * `forest`: each tree learns the target itself (or whether it is the class) on rows and columns of its own,
   * and the trees are averaged.
   */
  kind: 'boosting' | 'forest';
  task: Task;
  rounds: number;
  /** Stop when the validation score has not improved for this many rounds. */
  patience?: number;
  /** libxgboost's own parameters. */
  params: BoosterParams;
  seed: number;
  /** The constant that the trees of each sum are added to. */
  base: number[];
  /** Whether rows or columns are sampled, so that growers carry random state. */
  sampled: boolean;
}

export interface GrowTask {
  growth: TreeGrowth;
  library: LibrarySettings;
  threads: number;
  train: NativeRows & { target: Float32Array };
  validation: (NativeRows & { target: Float32Array }) | undefined;
  /** The model to go on from; see `Estimator.update`. */
  start?: { model: Uint8Array; mode: 'continue' | 'refresh' };
  /** Whether anybody listens to the steps. */
  reportSteps: boolean;
  /** Milliseconds between checkpoints; none where absent. */
  checkpointEveryMs: number | undefined;
  /** The newest stored checkpoint; ignored where it is of another fit. */
  checkpoint: Uint8Array | undefined;
  /** Shared; other than 0 means stop. */
  stop: Int32Array;
  port: MessagePort;
}
export type GrowMessage =
  | { kind: 'step'; step: number; score: number | undefined }
  | { kind: 'checkpoint'; bytes: Uint8Array };

export interface GrownTrees {
  /** UBJSON in shared memory. */
  model: Uint8Array;
  reading: Reading;
  /** Rounds in the model. */
  steps: number;
  validationScore?: number;
  resumedFromStep?: number;
}

export interface PredictTask {
  /** UBJSON in shared memory. */
  model: Uint8Array;
  rows: NativeRows;
}

export type Answer<T> =
  | { state: 'done'; value: T }
  | { state: 'stopped' }
  | { state: 'failed'; error: SentError };
