import type { MessagePort } from 'node:worker_threads';
import type { NativeRows } from '../../../native/booster.ts';
import type { LibrarySettings } from '../../../native/settings.ts';

/** What the thread that talks to lib_lightgbm is asked, and what it answers. Structured-cloneable. */

export interface LightTask {
  library: LibrarySettings;
  /** Parameters of each booster, as LightGBM takes them; several are grown side by side. */
  boosters: string[];
  dataset: string;
  rounds: number;
  /** Stop when the mean of the boosters' validation metrics has not improved for this many rounds. */
  patience: number;
  train: NativeRows & { target: Float32Array };
  validation: (NativeRows & { target: Float32Array }) | undefined;
  reportSteps: boolean;
  /** Shared; other than 0 means stop. */
  stop: Int32Array;
  port: MessagePort;
}

export interface GrownLight {
  /** LightGBM's text of each booster. */
  texts: string[];
  steps: number;
  validationScore?: number;
}
