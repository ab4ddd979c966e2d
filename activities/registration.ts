import type { ArtifactStore } from '../contracts/artifacts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type { RetrainMode } from '../contracts/retrain.ts';
import type { CandidateResult } from '../contracts/runs.ts';
import type { DatasetRegistry, ModelRegistry } from '../registry/types.ts';
import type { ExportResult } from './evaluation.ts';
import { inputSchemaHashOf, type TrainingSetRef } from './fingerprints.ts';
import { putJson } from './json.ts';
import { currentRun } from './runs.ts';
import { loadSpec } from './specs.ts';
import type { FinalFit } from './training.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { models: Pick<ModelRegistry, 'register'>; datasets: Pick<DatasetRegistry, 'get'> };
}

export interface RegisterInput {
  set: TrainingSetRef;
  winner: CandidateResult;
  candidates: CandidateResult[];
  fit: FinalFit;
  exported: ExportResult;
  /** Further results by name: test predictions, evaluation, explanation. */
  artifacts: Record<string, ArtifactRef>;
  /** Of a version that a retrain made. */
  renewal?: Renewal;
}
/** How a retrain came by a version: a run may make one by each mode. */
export interface Renewal {
  mode: RetrainMode;
  /** The champion whose place it is meant for. */
  champion?: string;
  /** The version that was gone on from; the new one is its next patch. */
  updates?: string;
  /** In words, such as the size of the window. */
  note?: string;
  /** Further results by name, such as the memory. */
  artifacts?: Record<string, ArtifactRef>;
}

/** A trained model becomes a version: one a run, with all that is needed to make it again. */
export const createRegistrationActivities = ({ artifacts, registry }: Deps) => ({
  async registerModel(input: RegisterInput): Promise<{ version: string }> {
    const { set, winner, candidates, fit, exported, renewal } = input;
    const spec = await loadSpec(artifacts, set.spec);
    const dataset = await registry.datasets.get(set.datasetVersion);
    const registered = await registry.models.register({
      pipeline: spec.name,
      runId: renewal ? `${currentRun().id}/${renewal.mode}` : currentRun().id,
      updates: renewal?.updates,
      datasetVersion: dataset.id,
      source: dataset.source,
      synthetic: dataset.synthetic,
      splitArtifact: set.split,
      splitSpec: spec.split,
      seed: spec.seed,
      estimator: winner.estimator,
      candidate: winner.candidate,
      params: fit.params,
      metrics: winner.metrics,
      candidates,
      environment: { ...fit.environment, fittedOn: fit.fittedOn, ...(renewal && originOf(renewal)) },
      codeRevision: fit.codeRevision,
      onnx: exported.onnx,
      native: fit.native,
      artifacts: {
        spec: set.spec,
        split: set.split,
        ...input.artifacts,
        ...renewal?.artifacts,
        candidates: await putJson(artifacts, 'candidates.json', candidates),
        ...(fit.heads && { heads: fit.heads }),
        ...(fit.diagnostics && { diagnostics: fit.diagnostics }),
      },
      spec,
      inputSchemaHash: inputSchemaHashOf(spec),
      parityMaxAbsolute: exported.parityMaxAbsolute,
    });
    if (registered.onnx.sha256 !== exported.onnx.sha256) {
      throw new RelevoError(
        'RUN_ALREADY_ACTIVE',
        `${registered.runId} registered ${registered.version} before it failed, and has now trained another model`,
        { field: 'key', value: registered.runId, remedy: 'Start the training again under a key of its own.' },
      );
    }
    return { version: registered.version };
  },
});

const originOf = ({ mode, champion, updates, note }: Renewal): Record<string, string> => ({
  retrain: mode,
  ...(champion && { champion }),
  ...(updates && { updates }),
  ...(note && { note }),
});
