import type { ArtifactStore } from '../contracts/artifacts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
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
}

/** A trained model becomes a version: one a run, with all that is needed to make it again. */
export const createRegistrationActivities = ({ artifacts, registry }: Deps) => ({
  async registerModel(input: RegisterInput): Promise<{ version: string }> {
    const { set, winner, candidates, fit, exported } = input;
    const spec = await loadSpec(artifacts, set.spec);
    const dataset = await registry.datasets.get(set.datasetVersion);
    const registered = await registry.models.register({
      pipeline: spec.name,
      runId: currentRun().id,
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
      environment: { ...fit.environment, fittedOn: fit.fittedOn },
      codeRevision: fit.codeRevision,
      onnx: exported.onnx,
      native: fit.native,
      artifacts: {
        spec: set.spec,
        split: set.split,
        ...input.artifacts,
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
