import type { StreamingDetector } from '../../contracts/detector.ts';
import { adwin } from '../../data/drift/streaming/adwin.ts';
import { cusum } from '../../data/drift/streaming/cusum.ts';
import { createRandom } from '../../data/generators/random.ts';

export interface Delays {
  /** Measured on streams without a change. */
  rowsBetweenFalseAlarms: { cusum: number; adwin: number };
  runs: number;
  from: number;
  /** Mean rows from the rise to the first alarm after it. */
  rises: { to: number; cusum: number; adwin: number }[];
}

const stable = 0.2;
const stableRows = 5_000;
const runs = 40;

/** Rows until the first alarm at or after `from`, or `most`. */
function alarm(
  detector: StreamingDetector,
  options: unknown,
  rate: (row: number) => number,
  seed: number,
  from: number,
  most: number,
): number {
  const random = createRandom(seed);
  const run = detector.start(options);
  for (let row = 0; row < most; row++)
    if (run.update(random() < rate(row) ? 1 : 0) === 'drift' && row >= from) return row;
  return most;
}

/** All rows of runs that end at an alarm or at `most`, by the number of alarms. */
function rowsBetweenAlarms(detector: StreamingDetector, options: unknown): number {
  const most = 300_000;
  const lengths = Array.from({ length: 1.5 * runs }, (_, seed) =>
    alarm(detector, options, () => stable, seed + 1, 0, most),
  );
  const ended = lengths.filter((length) => length < most).length;
  return lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, ended);
}

function meanDelay(detector: StreamingDetector, options: unknown, to: number): number {
  const delays = Array.from(
    { length: runs },
    (_, seed) =>
      alarm(
        detector,
        options,
        (row) => (row < stableRows ? stable : to),
        seed + 1,
        stableRows,
        4 * stableRows,
      ) - stableRows,
  );
  return delays.reduce((sum, delay) => sum + delay, 0) / runs;
}

/** The CUSUM beside an ADWIN whose significance makes it alarm about as seldom, or more often. */
export function measureDelays(): Delays {
  const detectors = {
    cusum: [cusum as StreamingDetector, cusum.options.parse({ rowsBetweenFalseAlarms: 125_000 })] as const,
    adwin: [adwin as StreamingDetector, adwin.options.parse({ delta: 0.05 })] as const,
  };
  return {
    rowsBetweenFalseAlarms: {
      cusum: rowsBetweenAlarms(...detectors.cusum),
      adwin: rowsBetweenAlarms(...detectors.adwin),
    },
    runs,
    from: stable,
    rises: [0.25, 0.3, 0.4].map((to) => ({
      to,
      cusum: meanDelay(...detectors.cusum, to),
      adwin: meanDelay(...detectors.adwin, to),
    })),
  };
}
