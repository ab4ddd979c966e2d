import type { AdoptInput, AdoptResult } from '../contracts/adoption.ts';
import type { CompareInput, CompareResult, ExplainInput, ExplainResult } from '../contracts/runs.ts';
import { compute, summed } from './proxies.ts';
import { tag } from './recorded.ts';

/** Why a model answers some rows as it does. */
export async function explainWorkflow(input: ExplainInput): Promise<ExplainResult> {
  const { pipeline, modelVersion } = input;
  tag({ pipeline, kind: 'explain', modelVersion });
  return await summed(compute.explainRows, `explain rows by ${modelVersion}`, input);
}

/** What differs between two versions of a pipeline's data. */
export async function compareWorkflow(input: CompareInput): Promise<CompareResult> {
  const { pipeline, from, to } = input;
  tag({ pipeline, kind: 'compare' });
  return await summed(compute.compareDatasets, `compare ${from} with ${to}`, input);
}

/** Makes a model that was trained elsewhere a version of a pipeline, and its challenger. */
export async function adoptWorkflow(input: AdoptInput): Promise<AdoptResult> {
  const { pipeline, model } = input;
  tag({ pipeline, kind: 'adopt' });
  return await summed(compute.adoptModel, `adopt ${model.name} ${model.version}`, input);
}
