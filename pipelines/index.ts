import { RelevoError } from '../contracts/errors.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { electricityPrice } from './electricity-price.ts';
import { mineCycle } from './mine-cycle.ts';
import { mineFuel } from './mine-fuel.ts';
import { onlineShoppers } from './online-shoppers.ts';
import { orderChannel } from './order-channel.ts';
import { steelEnergy } from './steel-energy.ts';
import { steelForecast } from './steel-forecast.ts';
import { studentPerformance } from './student-performance.ts';

/** Every system that this installation runs, by name: one file each, one line here. */
export const pipelines: Record<string, PipelineSpec> = Object.fromEntries(
  [
    steelEnergy,
    steelForecast,
    orderChannel,
    onlineShoppers,
    studentPerformance,
    mineFuel,
    mineCycle,
    electricityPrice,
  ].map((spec) => [spec.name, spec]),
);

/** @throws RelevoError PIPELINE_NOT_FOUND with the known names. */
export function pipeline(name: string): PipelineSpec {
  const spec = Object.hasOwn(pipelines, name) ? pipelines[name] : undefined;
  if (spec) return spec;
  const expected = Object.keys(pipelines).join(', ');
  throw new RelevoError('PIPELINE_NOT_FOUND', `There is no pipeline "${name}"; known: ${expected}`, {
    field: 'pipeline',
    value: name,
    expected,
  });
}
