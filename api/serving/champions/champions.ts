import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RelevoError } from '../../../contracts/errors.ts';
import { didYouMean } from '../../http/did-you-mean.ts';
import type { Lineup } from '../routing/lineup.ts';
import { createLineups, type Lineups } from '../routing/lineups.ts';
import type { ServedModel } from '../served-model.ts';
import type { ChampionSource } from './source.ts';

export interface Champions {
  /** Tries once to load every champion, then keeps them current; resolves after the first try, also a failed one. */
  start(): Promise<void>;
  /**
   * The champion of a pipeline; of the default pipeline where none is named, which is the first of
   * the pipelines, in their order, that has a champion.
   * @throws RelevoError PIPELINE_NOT_FOUND, CHAMPION_MISSING, or DATABASE_UNAVAILABLE while it is not known yet.
   */
  serving(pipeline?: string): ServedModel;
  /** As `serving`, with the challengers that take part in the pipeline's traffic. */
  lineup(pipeline?: string): Lineup;
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
  /** Safety net beside notifications. Routes of a contest that two polls could not confirm are left. */
  pollMs?: number;
  retryMs?: { first: number; longest: number };
}

/**
 * Holds each pipeline's champion, and the challengers of its contests, in memory and swaps them when aliases or routes
 * move, without dropping a request.
 */
export function createChampions(options: ChampionsOptions): Champions {
  const { source, log, pollMs = 30_000, retryMs = { first: 500, longest: 15_000 } } = options;
  const names = new Set(options.pipelines);
  const lineups = createLineups({ source, log, leaseMs: 2 * pollMs });
  const asked = new Set<string>();
  const refreshing = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let watcher: { close(): Promise<void> } | undefined;
  let background: Promise<unknown> = Promise.resolve();

  const load = async (pipeline: string): Promise<void> => {
    await lineups.load(pipeline);
    asked.add(pipeline);
  };

  /** One load at a time per pipeline; asked for during one, another follows, so that no move is missed. */
  const refresh = (pipeline: string): Promise<void> => {
    const next = (refreshing.get(pipeline) ?? Promise.resolve()).catch(() => {}).then(() => load(pipeline));
    refreshing.set(pipeline, next);
    return next;
  };
  const refreshAll = async (): Promise<void> => {
    const failed = (await Promise.all([...names].map((name) => settled(refresh(name))))).find(Boolean);
    if (failed !== undefined) throw failed.error;
  };

  const watch = async (): Promise<void> => {
    watcher ??= await source.watch(onChange, () => void attempt());
  };
  /**
   * Whether all was read: first the ears, then the eyes, so that no move falls between. Champions are read also where
   * nobody can be listened to, since they may be known on disk.
   */
  const attempt = async (): Promise<boolean> => {
    const heard = await settled(watch());
    const read = await settled(refreshAll());
    const failed = read ?? heard;
    if (failed === undefined) return true;
    log.warn({ err: failed.error }, 'champions could not be read; what is in memory goes on answering');
    return false;
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

  const lineup = (pipeline?: string): Lineup => {
    const found = pipeline === undefined ? firstOf(names, lineups) : lineups.get(pipeline);
    if (found !== undefined) return found;
    throw whyNotServed(pipeline, names, asked);
  };

  return {
    async start() {
      const succeeded = await attempt();
      background = keepCurrent(succeeded).catch(() => {});
    },
    serving: (pipeline) => lineup(pipeline).champion,
    lineup,
    all: () => lineups.champions(),
    refresh,
    get known() {
      return [...names].every((name) => asked.has(name));
    },
    async close() {
      stop.abort();
      await Promise.allSettled([background, ...refreshing.values()]);
      await watcher?.close();
      lineups.close();
    },
  };
}

/** Why it failed; undefined where it did not. */
const settled = (work: Promise<void>): Promise<{ error: unknown } | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );

function firstOf(names: ReadonlySet<string>, lineups: Lineups): Lineup | undefined {
  for (const name of names) {
    const found = lineups.get(name);
    if (found !== undefined) return found;
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

/** PIPELINE_NOT_FOUND, with the name that was probably meant. */
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
