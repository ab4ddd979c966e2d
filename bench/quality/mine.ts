/**
 * The pit: minutes of a cycle on trucks not learned from, beside the plant's own rule and Python's models; what the
 * trucks burn; litres of a cycle; and on generated cycles, whether the known coefficients are found again.
 */
import { environment } from '../../contracts/env.ts';
import type { Metrics } from '../../contracts/metrics.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { noiseLitres } from '../../data/generators/mine.ts';
import { chooseSource } from '../../data/sources/index.ts';
import { bootstrapMetrics } from '../../models/evaluation/judge.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { prepareTrainingSet } from '../../models/training/prepare.ts';
import { taskOf } from '../../models/training/task.ts';
import { mineCycle } from '../../pipelines/mine-cycle.ts';
import { machine, option } from '../lib/report.ts';
import { trainChampion } from './champion.ts';
import { cleanDataset } from './dataset.ts';
import type { Measured } from './measured.ts';
import { coefficientsTable, recover, violations } from './mine/coefficients.ts';
import { consumptionOf, consumptionTable } from './mine/consumption.ts';
import { measureMinutes, minutesTable } from './mine/minutes.ts';

interface Litres {
  source: string;
  winner: string;
  validation: Record<string, number>;
  test: Metrics;
  /** Standard deviation of the test rows' litres: the RMSE of always saying their mean. */
  deviation: number;
  monotone: Awaited<ReturnType<typeof violations>>;
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** One source of `mine-fuel`: its champion on the test trucks, what is burnt, and what the linear candidate finds. */
async function measureLitres(spec: PipelineSpec, source: string, folder: string) {
  const { RELEVO_DATA: dataDir } = environment();
  const { frame } = await cleanDataset(spec, source, { dataDir, folder });
  const set = await prepareTrainingSet(spec, frame, await makeSplit(spec.split, spec.seed, frame));
  const { winner, fitted, validation } = await trainChampion(spec, set);
  const boosting = spec.candidates.filter(({ estimator }) => estimator === 'xgboost');
  const boosted = await trainChampion(
    { ...spec, candidates: boosting.map((one) => ({ ...one, trials: 0 })) },
    set,
  );
  const { target } = set.test;
  const draws = { seed: spec.seed, resamples: spec.promotion.resamples };
  const litres: Litres = {
    source,
    winner,
    validation,
    test: await bootstrapMetrics(taskOf(spec), target, await fitted.predict(set.test), draws),
    deviation: deviationOf(target),
    monotone: await violations(spec, boosted.fitted, set),
  };
  fitted.dispose();
  boosted.fitted.dispose();
  process.stderr.write(`litres, ${source}: ${winner}, ${JSON.stringify(validation)}\n`);
  const coefficients = source === 'synthetic' ? await recover(spec, set) : undefined;
  return { litres, coefficients, consumption: consumptionOf(frame, source) };
}

/** See above. Takes some five minutes on two cores. */
export async function measureMine(spec: PipelineSpec, folder: string): Promise<Measured> {
  const { RELEVO_DATA: dataDir } = environment();
  const { name } = await chooseSource(mineCycle, option('source'), { RELEVO_DATA: dataDir });
  const generated = await measureLitres(spec, 'synthetic', folder);
  const recorded = name === 'synthetic' ? undefined : await measureLitres(spec, name, folder);
  const cycles = await cleanDataset(mineCycle, name, { dataDir, folder });
  const minutes = await measureMinutes(mineCycle, cycles.frame, folder);
  const result = {
    pipeline: spec.name,
    source: name,
    synthetic: cycles.synthetic,
    minutes,
    consumption: (recorded ?? generated).consumption,
    litres: [generated, recorded].flatMap((one) => one?.litres ?? []),
    coefficients: generated.coefficients,
    noiseLitres,
    machine: machine(),
  };
  const text = [
    ...minutesTable(minutes),
    '',
    ...consumptionTable(result.consumption),
    '',
    ...result.litres.map(litresLine),
    `noise of the generated litres: ${noiseLitres} l, the least RMSE that any model can have there`,
    '',
    ...(result.coefficients ? coefficientsTable(result.coefficients) : []),
  ];
  return { result, text: text.join('\n') };
}

function litresLine({ source, winner, test: { rmse, mae, coverage }, deviation, monotone }: Litres): string {
  const error = `RMSE ${rmse?.value.toFixed(2)} l (${rmse?.low.toFixed(2)}–${rmse?.high.toFixed(2)}), MAE ${mae?.value.toFixed(2)} l`;
  return `litres of a cycle, ${source}: ${winner}, ${error}, deviation ${deviation.toFixed(2)} l, covered ${coverage?.value.toFixed(3)}; ${monotone.violations} of ${monotone.steps} steps against the monotone constraints`;
}
