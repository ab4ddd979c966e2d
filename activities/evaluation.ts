import { join } from 'node:path';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Metrics } from '../contracts/metrics.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { bootstrapMetrics } from '../models/evaluation/bootstrap.ts';
import { checkParity, exportOnnx } from '../models/training/export.ts';
import { type FittedCandidate, loadCandidate } from '../models/training/fit.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { withHeartbeat } from './heartbeat.ts';
import { withScratch } from './scratch.ts';
import { writeNumbersCsv } from './tables.ts';
import type { TrainingSets } from './training-set.ts';

interface Deps {
  artifacts: ArtifactStore;
  trainingSets: TrainingSets;
  scratchDir: string;
}

export interface EvaluateInput {
  set: TrainingSetRef;
  candidates: { name: string; native: ArtifactRef }[];
}
export interface Evaluation {
  /** By candidate, on the test rows. */
  metrics: Record<string, Metrics>;
  /** CSV: row id, actual value, one column per candidate. */
  predictions: ArtifactRef;
}
export interface ExportInput {
  set: TrainingSetRef;
  candidate: string;
  native: ArtifactRef;
}
export interface ExportResult {
  onnx: ArtifactRef;
  /** Largest |ONNX − native| over the test rows. */
  parityMaxAbsolute: number;
}

/** What is done with the rows that no fit has seen. */
export function createEvaluationActivities({ artifacts, trainingSets, scratchDir }: Deps) {
  const withModel = async <T>(
    native: ArtifactRef,
    use: (fitted: FittedCandidate) => Promise<T>,
  ): Promise<T> => {
    const fitted = await loadCandidate(await artifacts.readBytes(native));
    try {
      return await use(fitted);
    } finally {
      fitted.model.dispose?.();
    }
  };

  const keepPredictions = (columns: Record<string, ArrayLike<number>>): Promise<ArtifactRef> =>
    withScratch(scratchDir, async (folder) => {
      const path = join(folder, 'test-predictions.csv');
      await writeNumbersCsv(path, columns);
      return await artifacts.putFile(path, { name: 'test-predictions.csv', mediaType: 'text/csv' });
    });

  return {
    /** Judges every candidate on the test rows, once, with bootstrap intervals. */
    async evaluateCandidates(input: EvaluateInput): Promise<Evaluation> {
      return await withHeartbeat('evaluate', async ({ signal, report }) => {
        const { spec, set } = await trainingSets.prepared(input.set);
        const { test } = set;
        const { resamples } = spec.promotion;
        const metrics: Record<string, Metrics> = {};
        const columns: Record<string, ArrayLike<number>> = { row_id: test.rowIds, actual: test.target };
        for (const [done, { name, native }] of input.candidates.entries()) {
          report({ phase: `evaluate ${name}`, done, total: input.candidates.length });
          const predicted = await withModel(native, (fitted) => fitted.predict(test));
          columns[name] = predicted;
          metrics[name] = await bootstrapMetrics(test.target, predicted, {
            seed: spec.seed,
            resamples,
            signal,
          });
        }
        return { metrics, predictions: await keepPredictions(columns) };
      });
    },

    /**
     * Compiles a candidate into one ONNX file from raw columns to prediction, and compares it with the native
     * model on every test row. The file's bytes depend on the model alone, not on the run.
     */
    async exportModel(input: ExportInput): Promise<ExportResult> {
      return await withHeartbeat('export', async () => {
        const { spec, set } = await trainingSets.prepared(input.set);
        const { frame } = await trainingSets.testFrame(input.set);
        return await withModel(input.native, async (fitted) => {
          const about = {
            pipeline: spec.name,
            candidate: input.candidate,
            dataset: input.set.datasetVersion,
          };
          const bytes = exportOnnx(spec, fitted, about);
          const parity = await checkParity(bytes, spec, fitted, frame, set.test);
          const onnx = await artifacts.putBytes(bytes, { name: 'model.onnx', mediaType: 'application/onnx' });
          return { onnx, parityMaxAbsolute: parity.maxAbsolute };
        });
      });
    },
  };
}
