import { environment } from '../../../contracts/env.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { fuelCoefficients } from '../../../data/generators/mine.ts';
import type { Diagnostics } from '../../../models/estimators/linear/protocol.ts';
import { candidateToFit, type FittedCandidate, fitCandidate } from '../../../models/training/fit.ts';
import { joinRows, type TrainingSet } from '../../../models/training/rows.ts';

interface Recovered {
  name: string;
  truth: number;
  estimate: number | undefined;
  standardError: number | undefined;
  /** Estimate ± 1.96 standard errors. */
  isWithin95: boolean;
  varianceInflation: number | undefined;
}
export interface Coefficients {
  rows: number;
  recovered: Recovered[];
  diagnostics: Diagnostics;
}

const normalBound = 1.96;

/** What the linear candidate learns of litres whose coefficients are known. */
export async function recover(spec: PipelineSpec, set: TrainingSet): Promise<Coefficients> {
  const train = joinRows(set.train, set.validation);
  const { signal } = new AbortController();
  const context = { threads: environment().RELEVO_THREADS, signal, seed: spec.seed };
  const fitted = await fitCandidate(spec, candidateToFit(spec, 'linear', {}), { train }, context);
  const diagnostics = fitted.model.diagnostics as Diagnostics;
  const { coefficients, intercept } = diagnostics;
  const known: Record<string, number> = { ...fuelCoefficients };
  const found = [{ name: 'intercept', ...intercept, varianceInflation: null }, ...coefficients];
  const names = ['intercept', ...Object.keys(spec.features)];
  const recovered = names.map((name): Recovered => {
    // What the generator does not use has no effect.
    const truth = known[name] ?? 0;
    const own = found.find((coefficient) => coefficient.name === name);
    const error = own?.standardError ?? undefined;
    return {
      name,
      truth,
      estimate: own?.value,
      standardError: error,
      isWithin95:
        own !== undefined && error !== undefined && Math.abs(own.value - truth) <= normalBound * error,
      varianceInflation: own?.varianceInflation ?? undefined,
    };
  });
  return { rows: train.target.length, recovered, diagnostics };
}

/** How often the prediction goes the forbidden way, along a grid of each constrained feature through test rows. */
export async function violations(spec: PipelineSpec, fitted: FittedCandidate, set: TrainingSet) {
  const monotone = spec.constraints?.monotone ?? {};
  const { names, data, rows } = set.test.features;
  const [anchors, points] = [Math.min(200, rows), 25];
  let [steps, wrong] = [0, 0];
  for (const [name, direction] of Object.entries(monotone)) {
    const at = names.indexOf(name);
    const values = Float64Array.from({ length: rows }, (_, row) => data[row * names.length + at]).sort();
    const grid = Float64Array.from({ length: points * anchors * names.length });
    for (let k = 0; k < anchors * points; k++) {
      const anchor = Math.floor(((k / points) | 0) * (rows / anchors));
      grid.set(data.subarray(anchor * names.length, (anchor + 1) * names.length), k * names.length);
      grid[k * names.length + at] = values[Math.round(((k % points) * (rows - 1)) / (points - 1))];
    }
    const features = { rows: anchors * points, names, data: grid };
    const base = new Float64Array(features.rows);
    const { values: predicted } = await fitted.predict({ features, base });
    for (let k = 1; k < predicted.length; k++) {
      if (k % points === 0) continue;
      const rise = predicted[k] - predicted[k - 1];
      steps++;
      if (direction === 'increasing' ? rise < 0 : rise > 0) wrong++;
    }
  }
  return { constrained: monotone, steps, violations: wrong };
}

const cell = (value: number | null | undefined, width = 10, places = 4): string =>
  (value === null || value === undefined ? '–' : value.toFixed(places)).padStart(width);

/** The result for people. */
export function coefficientsTable({ rows, recovered, diagnostics: d }: Coefficients): string[] {
  const { theoretical, residual } = d.quantiles;
  const end = theoretical.length - 1;
  return [
    `generated cycles, ${rows} learned from: what the linear candidate finds of the known coefficients`,
    `${'feature'.padEnd(16)}     truth  estimate    stderr       VIF  within 95 %`,
    ...recovered.map(
      (found) =>
        found.name.padEnd(16) +
        cell(found.truth) +
        cell(found.estimate) +
        cell(found.standardError, 10, 5) +
        cell(found.varianceInflation, 10, 2) +
        `  ${found.isWithin95 ? 'yes' : 'no'}`,
    ),
    ...d.dropped.map(({ name, reason }) => `dropped: ${name}, ${reason}`),
    `residual standard error ${cell(d.residualStandardError, 0)}, R² ${cell(d.rSquared, 0)}, Durbin–Watson ${cell(d.durbinWatson, 0)}, Breusch–Pagan p ${cell(d.breuschPagan.p, 0)}, Jarque–Bera p ${cell(d.jarqueBera.p, 0)}, condition number ${cell(d.conditionNumber, 0, 0)}`,
    `largest leverage ${cell(d.largestLeverage.value, 0)}, largest Cook's distance ${cell(d.influential[0]?.cooksDistance, 0)}; Q–Q ends ${cell(theoretical[0], 0, 2)}/${cell(residual[0], 0, 2)} and ${cell(theoretical[end], 0, 2)}/${cell(residual[end], 0, 2)}`,
  ];
}
