import type { StreamingDetector } from '../../../contracts/detector.ts';
import { RelevoError, showValue } from '../../../contracts/errors.ts';
import { adwin } from './adwin.ts';
import { cusum } from './cusum.ts';
import { ddm } from './ddm.ts';
import { ecdd } from './ecdd.ts';
import { eddm } from './eddm.ts';
import { hddmA } from './hddm-a.ts';
import { hddmW } from './hddm-w.ts';
import { kswin } from './kswin.ts';
import { pageHinkley } from './page-hinkley.ts';
import { rddm } from './rddm.ts';
import { stepd } from './stepd.ts';

/** Every streaming detector by its name. */
export const streamingDetectors: Readonly<Record<string, StreamingDetector>> = Object.fromEntries(
  [adwin, cusum, ddm, ecdd, eddm, hddmA, hddmW, kswin, pageHinkley, rddm, stepd].map((detector) => [
    detector.name,
    detector as StreamingDetector,
  ]),
);

/** @throws RelevoError PIPELINE_INVALID where there is none of this name. */
export function streamingDetector(name: string): StreamingDetector {
  if (Object.hasOwn(streamingDetectors, name)) return streamingDetectors[name];
  throw new RelevoError('PIPELINE_INVALID', `there is no streaming detector ${showValue(name)}`, {
    field: 'drift.streams',
    value: name,
    expected: `one of ${Object.keys(streamingDetectors).join(', ')}`,
  });
}
