import type { Frame } from '../../../contracts/frame.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { Split } from '../../../contracts/refs.ts';
import { type AtHorizon, daySeconds } from './horizon.ts';
import { coverageOf, judgeForecast } from './judge.ts';

/** The test rows, answered by champions that were trained anew as they came. */
export interface Renewed {
  everyDays: number;
  trainings: number;
  byHorizon: Pick<AtHorizon, 'hours' | 'rows' | 'rmse' | 'coverage'>[];
  coverage: number;
}

/**
 * Answers the test rows stretch by stretch, each by a champion that has learned all rows before it. Validation keeps
 * its share of the rows that are known, so an interval is learnt from what came last.
 */
export async function renewed(
  spec: PipelineSpec,
  frame: Frame,
  { train, validation, test }: Split,
  everyDays: number,
): Promise<Renewed> {
  if (spec.forecast === undefined) throw new Error(`${spec.name} makes no forecast`);
  const length = Math.round((everyDays * daySeconds) / spec.forecast.everySeconds);
  const share = validation.length / (train.length + validation.length);
  const stretches: AtHorizon[][] = [];
  for (let from = 0; from < test.length; from += length) {
    const known = [...train, ...validation, ...test.slice(0, from)];
    const at = known.length - Math.round(share * known.length);
    const { byHorizon } = await judgeForecast(spec, frame, {
      train: known.slice(0, at),
      validation: known.slice(at),
      test: test.slice(from, from + length),
    });
    process.stderr.write(`from row ${from}: covered ${coverageOf(byHorizon).toFixed(3)}\n`);
    stretches.push(byHorizon);
  }
  const byHorizon = stretches[0].map((_, place) => pooled(stretches.map((stretch) => stretch[place])));
  return { everyDays, trainings: stretches.length, byHorizon, coverage: coverageOf(byHorizon) };
}

/** One horizon over all stretches, each by its number of rows. */
function pooled(parts: AtHorizon[]): Renewed['byHorizon'][number] {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const mean = (value: (part: AtHorizon) => number): number =>
    parts.reduce((sum, part) => sum + part.rows * value(part), 0) / rows;
  return {
    hours: parts[0].hours,
    rows,
    rmse: Math.sqrt(mean(({ rmse }) => rmse ** 2)),
    coverage: mean(({ coverage = Number.NaN }) => coverage),
  };
}
