import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { classesOf } from '../../contracts/pipeline.ts';
import { decide } from '../../models/decision/index.ts';
import type { ModelVersion, OutcomeRegistry, ServedOutcomes } from '../../registry/types.ts';
import { readHeads } from '../bundles.ts';
import type { Answers } from './answers.ts';

/** Rows that the champion answered for clients and whose outcome was told since the last check. */
export interface Served {
  /** The newest outcome that was looked at, joined or not. */
  until: number;
  /** Numbers of the outcomes, rising; one per loss. */
  outcomes: Float64Array;
  /** As of rows of the data: 0 right and 1 wrong, or the absolute residual. */
  loss: Float64Array;
  scored: Answers['scored'];
}

/** Outcomes of one check; further ones wait for the next. */
const mostOutcomes = 50_000;

/** What a version answered whose outcomes were told after the one numbered `after`: at most 50,000 of them. */
export async function readServed(
  { artifacts, outcomes }: { artifacts: ArtifactStore; outcomes: Pick<OutcomeRegistry, 'served'> },
  version: ModelVersion,
  after: number,
): Promise<Served> {
  const { pipeline } = version;
  const told = await outcomes.served(pipeline, { version: version.version, after, limit: mostOutcomes });
  const { heads } = version.artifacts;
  const decisionWeights = heads && (await readHeads(artifacts, heads)).decisionWeights;
  return servedOf(version.spec, told, decisionWeights);
}

/** What is told of a row the model's way: a number, or a class's index; NaN where it is no answer to its question. */
function truthOf(classes: string[], actual: string | number): number {
  if (classes.length === 0) return typeof actual === 'number' ? actual : Number.parseFloat(actual);
  const index = classes.indexOf(String(actual));
  return index < 0 ? Number.NaN : index;
}

/** The answers beside their outcomes; rows whose outcome is no answer to the question are left out. */
export function servedOf(
  spec: ModelVersion['spec'],
  { rows, until }: ServedOutcomes,
  decisionWeights?: number[],
): Served {
  const classes = classesOf(spec);
  const outputs = Math.max(1, classes.length);
  const known = rows
    .map((row) => ({ ...row, truth: truthOf(classes, row.actual) }))
    .filter(({ truth, values }) => Number.isFinite(truth) && values.length >= outputs);
  const actual = Float64Array.from(known, ({ truth }) => truth);
  const values = Float64Array.from(known.flatMap((row) => row.values.slice(0, outputs)));
  const answered = classes.length > 0 ? decide(values, outputs, decisionWeights) : values;
  const loss = actual.map((truth, row) =>
    classes.length > 0 ? Number(truth !== answered[row]) : Math.abs(truth - answered[row]),
  );
  return {
    until,
    outcomes: Float64Array.from(known, ({ outcome }) => outcome),
    loss,
    scored: { actual, predictions: { values, outputs, ...(decisionWeights && { decisionWeights }) } },
  };
}
