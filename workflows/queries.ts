import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { RunProgress } from '../contracts/runs.ts';

/** How far a run is, step by step. */
export const progressQuery = defineQuery<RunProgress>('progress');

export interface SearchProgress {
  candidate: string;
  done: number;
  total: number;
}
/** A search tells the training run that waits for it how many trials are done. */
export const searchProgressSignal = defineSignal<[SearchProgress]>('searchProgress');
