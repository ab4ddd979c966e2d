import { join } from 'node:path';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { classesOf, type PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { bootstrapMetrics } from '../models/evaluation/judge.ts';
import type { Predictions } from '../models/evaluation/predictions.ts';
import { type EvaluationReport, evaluationReport } from '../models/evaluation/report.ts';
import { checkParity, exportOnnx } from '../models/training/export.ts';
import { taskOf } from '../models/training/task.ts';
import { withCandidate } from './bundles.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson } from './json.ts';
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
  /** CSV: row id, actual value, one column per candidate, or one per candidate and class. */
  predictions: ArtifactRef;
  /** JSON by candidate: confusion matrix, curves, reliability, or the residuals. */
  report: ArtifactRef;
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
        const [task, classes] = [taskOf(spec), classesOf(spec)];
        const draws = { seed: spec.seed, resamples: spec.promotion.resamples, signal };
        const metrics: Record<string, Metrics> = {};
        const reports: Record<string, EvaluationReport> = {};
        const columns: Record<string, ArrayLike<number>> = { row_id: test.rowIds, actual: test.target };
        for (const [done, { name, native }] of input.candidates.entries()) {
          report({ phase: `evaluate ${name}`, done, total: input.candidates.length });
          const predicted = await withCandidate(artifacts, native, (fitted) => fitted.predict(test));
          Object.assign(columns, predictionColumns(spec, name, predicted));
          metrics[name] = await bootstrapMetrics(task, test.target, predicted, draws);
          reports[name] = await evaluationReport(task, classes, test.target, predicted, signal);
        }
        return {
          metrics,
          predictions: await keepPredictions(columns),
          report: await putJson(artifacts, 'evaluation.json', reports),
        };
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
        return await withCandidate(artifacts, input.native, async (fitted) => {
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

/** A candidate's columns in the table of predictions. */
function predictionColumns(
  spec: PipelineSpec,
  name: string,
  { values, outputs, interval }: Predictions,
): Record<string, ArrayLike<number>> {
  const column = (data: Float64Array, width: number, at: number) =>
    Float64Array.from({ length: data.length / width }, (_, row) => data[row * width + at]);
  if (spec.task === 'classification')
    return Object.fromEntries(
      classesOf(spec).map((label, k) => [`${name}:${label}`, column(values, outputs, k)]),
    );
  if (interval === undefined) return { [name]: values };
  return {
    [name]: values,
    [`${name}:low`]: column(interval, 2, 0),
    [`${name}:high`]: column(interval, 2, 1),
  };
}
