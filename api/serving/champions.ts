import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RelevoError } from '../../contracts/errors.ts';
import type { ChampionSource } from './champion-source.ts';
import { didYouMean } from './row-faults.ts';
import { openServedModel, type ServedModel } from './served-model.ts';

export interface Champions {
  /** Tries once to load every champion, then keeps them current; resolves after the first try, also a failed one. */
  start(): Promise<void>;
  /**
   * The model that answers for a pipeline; for the default pipeline where none is named, which is the first of
   * the pipelines, in their order, that has a champion.
   * @throws RelevoError PIPELINE_NOT_FOUND, CHAMPION_MISSING, or DATABASE_UNAVAILABLE while it is not known yet.
   */
  serving(pipeline?: string): ServedModel;
  all(): ServedModel[];
  /** Reads one pipeline's champion now, for who has just moved it. @throws what the registry throws */
  refresh(pipeline: string): Promise<void>;
  /** Whether the registry has answered for every pipeline since the start. */
  readonly known: boolean;
  close(): Promise<void>;
}

export interface ChampionsOptions {
  source: ChampionSource;
  /** Names, in the order in which they are the default. */
  pipelines: readonly string[];
  log: Logger;
  /** Safety net beside notifications. */
  pollMs?: number;
  retryMs?: { first: number; longest: number };
}

/** Holds each pipeline's champion in memory and swaps it when the alias moves, without dropping a request. */
export function createChampions(options: ChampionsOptions): Champions {
  const { source, log, pollMs = 30_000, retryMs = { first: 500, longest: 15_000 } } = options;
  const names = new Set(options.pipelines);
  const served = new Map<string, ServedModel>();
  const asked = new Set<string>();
  const refreshing = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let watcher: { close(): Promise<void> } | undefined;
  let background: Promise<unknown> = Promise.resolve();

  /** Brings one pipeline to what the registry says now. */
  const load = async (pipeline: string): Promise<void> => {
    const version = await source.champion(pipeline);
    const current = served.get(pipeline);
    if (version !== undefined && version.version !== current?.version.version) {
      const next = await openServedModel(version, await source.onnx(version));
      if (stop.signal.aborted) return next.retire();
      served.set(pipeline, next);
      current?.retire();
      log.info(
        { pipeline, version: version.version, before: current?.version.version },
        'champion in service',
      );
    }
    asked.add(pipeline);
  };

  /** One load at a time per pipeline; asked for during one, another follows, so that no move is missed. */
  const refresh = (pipeline: string): Promise<void> => {
    const next = (refreshing.get(pipeline) ?? Promise.resolve()).catch(() => {}).then(() => load(pipeline));
    refreshing.set(pipeline, next);
    return next;
  };
  const refreshAll = async (): Promise<void> => {
    await Promise.all([...names].map(refresh));
  };

  const attempt = async (): Promise<boolean> => {
    try {
      watcher ??= await source.watch(onChange, () => void attempt());
      await refreshAll();
      return true;
    } catch (error) {
      log.warn({ err: error }, 'champions could not be read; what is in memory goes on answering');
      return false;
    }
  };
  const onChange = (pipeline: string): void => {
    names.add(pipeline);
    refresh(pipeline).catch(() => void attempt());
  };
  const keepCurrent = async (succeeded: boolean): Promise<void> => {
    let delayMs = succeeded ? pollMs : retryMs.first;
    while (!stop.signal.aborted) {
      await sleep(delayMs, undefined, { signal: stop.signal, ref: false });
      delayMs = (await attempt())
        ? pollMs
        : Math.min(retryMs.longest, delayMs === pollMs ? retryMs.first : delayMs * 2);
    }
  };

  return {
    async start() {
      const succeeded = await attempt();
      background = keepCurrent(succeeded).catch(() => {});
    },
    serving(pipeline) {
      const model = pipeline === undefined ? firstServed(names, served) : served.get(pipeline);
      if (model !== undefined) return model;
      throw whyNotServed(pipeline, names, asked);
    },
    all: () => [...served.values()],
    refresh,
    get known() {
      return [...names].every((name) => asked.has(name));
    },
    async close() {
      stop.abort();
      await Promise.allSettled([background, ...refreshing.values()]);
      await watcher?.close();
      for (const model of served.values()) model.retire();
    },
  };
}

function firstServed(
  names: ReadonlySet<string>,
  served: ReadonlyMap<string, ServedModel>,
): ServedModel | undefined {
  for (const name of names) {
    const model = served.get(name);
    if (model !== undefined) return model;
  }
  return undefined;
}

function whyNotServed(
  pipeline: string | undefined,
  names: ReadonlySet<string>,
  asked: ReadonlySet<string>,
): RelevoError {
  const known = [...names];
  if (pipeline !== undefined && !names.has(pipeline)) return pipelineNotFound(pipeline, known);
  const waiting = pipeline === undefined ? known.some((name) => !asked.has(name)) : !asked.has(pipeline);
  if (waiting) {
    return new RelevoError(
      'DATABASE_UNAVAILABLE',
      'The champion is not loaded yet: the registry has not answered.',
      {
        field: 'pipeline',
        value: pipeline,
        remedy: 'Try again in a moment.',
      },
    );
  }
  const name = pipeline ?? known[0] ?? 'NAME';
  return new RelevoError('CHAMPION_MISSING', `The pipeline "${name}" has no champion to answer with.`, {
    field: 'pipeline',
    value: name,
    expected: 'a pipeline with a champion',
    remedy: `Train one: relevo train ${name}`,
  });
}

export function pipelineNotFound(pipeline: string, known: readonly string[]): RelevoError {
  const shown = pipeline.slice(0, 80);
  return new RelevoError(
    'PIPELINE_NOT_FOUND',
    `There is no pipeline "${shown}"${didYouMean(pipeline, known)}.`,
    {
      field: 'pipeline',
      value: shown,
      expected: `one of ${known.join(', ')}`,
    },
  );
}
