import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { watchId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { FilesArrived, WatchInput } from '../contracts/runs.ts';
import type { SourceContext, WatchSpec } from '../contracts/source.ts';
import { type ArrivedFile, stateOf } from '../data/sources/place.ts';
import { placeOf } from '../data/sources/watched.ts';
import { taskQueues } from '../temporal.config.ts';

interface WatchOptions {
  client: Client;
  specs: PipelineSpec[];
  /** What watched folders lie below, and where watched buckets are. */
  reach: Pick<SourceContext, 'watchDir' | 'objectStore'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** Time between two looks of a pipeline: each look into a bucket is a request that costs. */
  everyMs: { folder: number; bucket: number };
}

/** Folders and buckets that a pipeline's sources watch, each once. */
function watchedBy(spec: PipelineSpec): WatchSpec[] {
  const places = new Map<string, WatchSpec>();
  for (const source of Object.values(spec.sources))
    if (source.kind === 'csv' && source.watch) places.set(JSON.stringify(source.watch), source.watch);
  return [...places.values()];
}

/**
 * Looks into the watched folders and buckets of the pipelines again and again; where whole files are there that were not so
 * before, it starts the pipeline's watch workflow, or signals the one that runs. After a restart every place is
 * announced once more; the same files in the same state are the same ingest run, so nothing is read twice.
 */
export function watchPlaces(options: WatchOptions): { stop(): Promise<void> } {
  const { specs, logger, everyMs } = options;
  const stopping = new AbortController();
  const announced = new Map<string, string>();
  const failing = new Map<string, string>();

  async function look(spec: PipelineSpec): Promise<void> {
    try {
      await announce(spec, announced, options, stopping.signal);
      failing.delete(spec.name);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      if (failing.get(spec.name) !== message)
        logger.warn('A watched folder or bucket cannot be looked into', {
          pipeline: spec.name,
          error: message,
        });
      failing.set(spec.name, message);
    }
  }

  async function run(spec: PipelineSpec, pauseMs: number): Promise<void> {
    while (!stopping.signal.aborted) {
      await look(spec);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  // Each pipeline by itself: a store that does not answer keeps no folder waiting.
  const running = Promise.all(
    specs.map(async (spec) => {
      const watches = watchedBy(spec);
      const hasBucket = watches.some(({ bucket }) => bucket !== undefined);
      if (watches.length > 0) await run(spec, hasBucket ? everyMs.bucket : everyMs.folder);
    }),
  );
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function announce(
  spec: PipelineSpec,
  announced: Map<string, string>,
  { client, reach, logger }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const files: ArrivedFile[] = [];
  for (const watch of watchedBy(spec)) files.push(...(await placeOf(watch, reach).wholeFiles(signal)));
  const state = stateOf(files);
  if (files.length === 0 || announced.get(spec.name) === state) return;
  const workflowId = watchId(spec.name);
  await client.workflow.signalWithStart<(input: WatchInput) => Promise<unknown>, [FilesArrived]>(
    'watchWorkflow',
    {
      workflowId,
      taskQueue: taskQueues.control,
      args: [{ spec }],
      signal: 'filesArrived',
      signalArgs: [{ state }],
      staticSummary: `Files for ${spec.name}`,
    },
  );
  announced.set(spec.name, state);
  logger.info('Files arrived', { pipeline: spec.name, files: files.length, workflowId });
}
