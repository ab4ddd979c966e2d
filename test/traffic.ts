import { setTimeout as sleep } from 'node:timers/promises';
import { createIdMaker } from '../api/serving/ids.ts';
import { runId } from '../contracts/ids.ts';
import { type Random, seededRandom } from '../models/random.ts';
import { manifestId, type Registry } from '../registry/index.ts';
import { encodePredictions, type LoggedPrediction } from '../registry/prediction-batches.ts';

/** How a challenger stands to its champion, by construction: the share of rows that each has right. */
export const challengers = { good: 0.93, equal: 0.8, bad: 0.6 } as const;
export type Challenger = keyof typeof challengers;
const championRight = 0.8;
const confidence = 0.85;

/** A copy of a pipeline with two versions under another name: the first is champion, the second the challenger. */
export async function cloneForContest(registry: Registry, from: string, name: string): Promise<void> {
  const [second, first] = await registry.models.list(from);
  const spec = { ...first.spec, name };
  await registry.pipelines.save(spec);
  const { createdAt: _, ...known } = await registry.datasets.get(first.datasetVersion);
  const manifest = { ...known.manifest, pipeline: name };
  const dataset = await registry.datasets.commit({ ...known, id: manifestId(manifest), manifest });
  for (const { version, createdAt: _at, ...model } of [first, second]) {
    const { spec: _pinned, ...artifacts } = model.artifacts;
    await registry.models.register({
      ...model,
      ...{ pipeline: name, spec, artifacts, datasetVersion: dataset.id },
      runId: runId('train', name, version),
    });
  }
  await registry.models.promote({ pipeline: name, version: '1.0.0', actor: 'test', reason: 'the first' });
}

export interface Traffic {
  /** Requests since a challenger first had a share, and those that it answered. */
  seen(): { requests: number; byChallenger: number };
  stop(): Promise<void>;
}

/** Requests to one pipeline: answered as its routes say, each with its outcome at once. */
export function startTraffic(
  registry: Registry,
  pipeline: string,
  challenger: Challenger,
  { seed, rows = 20, everyMs = 50 }: { seed: number; rows?: number; everyMs?: number },
): Traffic {
  const random = seededRandom(seed, 'traffic', challenger);
  const newId = createIdMaker();
  const seen = { requests: 0, byChallenger: 0 };
  const stopping = new AbortController();
  const batch = async (): Promise<void> => {
    const [[route], { champion = '' }] = await Promise.all([
      registry.routes.active(pipeline),
      registry.models.aliases(pipeline),
    ]);
    if (route === undefined) return;
    const made = Array.from({ length: rows }, () => {
      const other = route.challenger;
      const isCanary = route.stage === 'canary' && random.next() < route.share;
      if (route.stage === 'canary') seen.requests++;
      if (isCanary) seen.byChallenger++;
      return row(
        { random, id: newId(), pipeline, challenger, stage: route.stage },
        [champion, other],
        isCanary,
      );
    });
    await registry.predictions.copy(encodePredictions(made.map(({ prediction }) => prediction)));
    await registry.outcomes.record(
      pipeline,
      made.map(({ prediction: { id: predictionId }, actual }) => ({ predictionId, actual })),
    );
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await batch();
      await sleep(everyMs);
    }
  })();
  return {
    seen: () => ({ ...seen }),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface RowOf {
  random: Random;
  id: string;
  pipeline: string;
  challenger: Challenger;
  stage: 'shadow' | 'canary';
}

/** A version's rank decides how often it is right: 1.1.0 is the challenger, wherever it stands by now. */
function row(
  { random, id, pipeline, challenger, stage }: RowOf,
  [champion, other]: [string, string],
  isCanary: boolean,
): { prediction: LoggedPrediction; actual: string } {
  const isSulphide = random.next() < 0.5;
  const said = (version: string) => {
    const isRight = random.next() < (version === '1.1.0' ? challengers[challenger] : championRight);
    const sulphide = isSulphide === isRight ? confidence : 1 - confidence;
    return { version, values: [1 - sulphide, sulphide] };
  };
  const [ofChampion, ofOther] = [said(champion), said(other)];
  const [{ version, ...answer }, unseen] = isCanary ? [ofOther, ofChampion] : [ofChampion, ofOther];
  const prediction = { id, pipeline, version, answer, latencyUs: 150, stage, others: [unseen] };
  return { prediction, actual: isSulphide ? 'sulphide' : 'oxide' };
}
