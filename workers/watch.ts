import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { watchId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { FilesArrived, WatchInput } from '../contracts/runs.ts';
import type { WatchSpec } from '../contracts/source.ts';
import { type FolderFile, stateOf, wholeFiles } from '../data/sources/folder.ts';
import { taskQueues } from '../temporal.config.ts';

interface WatchOptions {
  client: Client;
  specs: PipelineSpec[];
  /** What watched folders lie below. */
  root: string | undefined;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** Time between two looks. */
  everyMs: number;
}

/** Folders that a pipeline's sources watch, each once. */
function foldersOf(spec: PipelineSpec): WatchSpec[] {
  const folders = new Map<string, WatchSpec>();
  for (const source of Object.values(spec.sources))
    if (source.kind === 'csv' && source.watch) folders.set(JSON.stringify(source.watch), source.watch);
  return [...folders.values()];
}

/**
 * Looks into the watched folders of the pipelines again and again; where whole files are there that were not so
 * before, it starts the pipeline's watch workflow, or signals the one that runs. After a restart every folder is
 * announced once more; the same files in the same state are the same ingest run, so nothing is read twice.
 */
export function watchFolders(options: WatchOptions): { stop(): Promise<void> } {
  const { specs, logger, everyMs } = options;
  const watched = specs.filter((spec) => foldersOf(spec).length > 0);
  const stopping = new AbortController();
  const announced = new Map<string, string>();
  const failing = new Map<string, string>();

  async function look(spec: PipelineSpec): Promise<void> {
    try {
      await announce(spec, announced, options);
      failing.delete(spec.name);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (failing.get(spec.name) !== message)
        logger.warn('A watched folder cannot be looked into', { pipeline: spec.name, error: message });
      failing.set(spec.name, message);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const spec of watched) await look(spec);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = watched.length > 0 ? run() : Promise.resolve();
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
  { client, root, logger }: WatchOptions,
): Promise<void> {
  const files: FolderFile[] = [];
  for (const watch of foldersOf(spec)) files.push(...(await wholeFiles(watch, root)));
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
