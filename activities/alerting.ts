import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { DriftReport, DriftVerdict } from '../contracts/drift.ts';
import { parseRunId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { AlertRegistry, DriftRegistry, ModelRegistry, RunRegistry } from '../registry/types.ts';
import { readJson } from './json.ts';
import { alertsOf } from './monitoring/alerts.ts';
import { type CheckDraft, checkBodySchema } from './monitoring/draft.ts';
import { currentRun } from './runs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: {
    models: Pick<ModelRegistry, 'champion'>;
    drift: Pick<DriftRegistry, 'save' | 'get'>;
    alerts: Pick<AlertRegistry, 'raise' | 'resolve' | 'list'>;
    runs: Pick<RunRegistry, 'list'>;
  };
}

export interface ChampionFound {
  modelVersion: string;
  datasetVersion: string;
  source: string;
}
export interface CommittedCheck {
  check: string;
  verdict: DriftVerdict;
  advice: DriftReport['advice'];
  /** Where rows new to the champion are reason enough for a retrain. */
  growth?: { learnedRows: number; newRows: number };
  /** Whether a retrain of the pipeline is under way. */
  isRetraining: boolean;
}

/** More alerts than one pipeline can have at once. */
const mostStanding = 1_000;

/** The part of a run's id that is its own; a drift check goes by it. */
function keyOfRun(): string {
  const { id } = currentRun();
  return parseRunId(id)?.key ?? id;
}

/** A check's place in the registry, and what people are told of it. */
export function createAlertActivities({ artifacts, registry }: Deps) {
  const standingQuality = async (pipeline: string): Promise<string[]> => {
    const found = await registry.alerts.list({ pipeline, kind: 'quality', limit: mostStanding });
    return found.filter(({ state }) => state !== 'resolved').map(({ dedupKey }) => dedupKey);
  };

  return {
    /** The version that answers now; undefined where none does. */
    async findChampion(pipeline: string): Promise<ChampionFound | undefined> {
      const champion = await registry.models.champion(pipeline);
      if (champion === undefined) return undefined;
      const { version, datasetVersion, source } = champion;
      return { modelVersion: version, datasetVersion, source };
    },

    /**
     * Keeps a check with the memory that it leaves, then tells people. Undefined where another check was first: its
     * rows have been seen, so that this one must look again.
     */
    async commitCheck(draft: CheckDraft): Promise<CommittedCheck | undefined> {
      const { report, isSurelyWorse, memory } = checkBodySchema.parse(await readJson(artifacts, draft.body));
      const { pipeline, modelVersion, datasetVersion, verdict, advice } = report;
      const check = keyOfRun();
      const saved = await registry.drift.save(
        { id: check, pipeline, runId: currentRun().id, modelVersion, datasetVersion, verdict, report },
        { after: draft.after, state: memory },
      );
      if (saved === 'overtaken') return undefined;
      // Where this check was committed before, what was committed counts, and is told to its end.
      const kept = saved === 'saved' ? report : (await registry.drift.get(pipeline, check)).report;
      const standing = await standingQuality(pipeline);
      const { raise, over } = alertsOf(kept, check, { isSurelyWorse, standing });
      for (const alert of raise) await registry.alerts.raise(alert);
      for (const key of over) await registry.alerts.resolve(pipeline, key);
      const retrains = await registry.runs.list({ pipeline, kind: 'retrain', state: 'running', limit: 1 });
      const { growth } = kept;
      return {
        check,
        verdict,
        advice,
        ...(growth?.isDue && { growth }),
        isRetraining: retrains.length > 0,
      };
    },

    /** Tells that a source could not be read, or that it can again. */
    async tellOfSource(about: {
      pipeline: PipelineSpec['name'];
      source: string;
      failure?: string;
    }): Promise<void> {
      const { pipeline, source, failure } = about;
      const dedupKey = `source:${source}`;
      if (failure === undefined) return await registry.alerts.resolve(pipeline, dedupKey);
      await registry.alerts.raise({
        pipeline,
        kind: 'source',
        severity: 'warning',
        dedupKey,
        message: {
          en: `The source "${source}" could not be read: ${failure}`,
          es: `No se pudo leer la fuente "${source}": ${failure}`,
        },
        about: { run: currentRun().id, source },
      });
    },
  };
}
