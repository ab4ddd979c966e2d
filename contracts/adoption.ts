import type { ArtifactRef } from './refs.ts';

/** A model that an MLflow client registered, to become a version of a pipeline. */
export interface AdoptInput {
  pipeline: string;
  /** What it is registered as there. */
  model: { name: string; version: number; runId?: string };
  onnx: ArtifactRef;
  /** The columns of a model whose input is one table, in its order. */
  features?: string[];
  /** The classes that its probabilities stand for, where the file does not say. */
  classes?: string[];
}
export interface AdoptResult {
  /** Of the pipeline. */
  version: string;
}

/** What the estimator of such a version is called: it was not trained here, and only its ONNX file is known. */
export const adoptedEstimator = 'onnx';
