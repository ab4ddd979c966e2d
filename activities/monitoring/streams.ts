import { setImmediate as breathe } from 'node:timers/promises';
import type { StreamingDetector, StreamRun } from '../../contracts/detector.ts';
import type { DriftPolicy, DriftReport } from '../../contracts/drift.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { streamingDetector } from '../../data/drift/streaming/index.ts';
import type { StreamState } from '../../registry/types.ts';

type Policy = Pick<DriftPolicy, 'streams' | 'rowsBetweenFalseAlarms'>;

/** The champion's losses in the order of their rows; rows without a loss are passed over. */
export interface LossSeries {
  /**
   * `error`: 0 right, 1 wrong; `absolute residual`: in the target's unit. `served` are those of rows that clients were
   * answered, by the outcomes told since: their ids are the outcomes' numbers.
   */
  name: 'error' | 'absolute residual' | 'served error' | 'served absolute residual';
  rowIds: ArrayLike<number>;
  losses: Float64Array;
}

export interface StreamsResult {
  report: DriftReport['streams'];
  states: StreamState[];
  /** Row ids after which a detector raised an alarm in this check, rising. */
  alarms: number[];
}

/** Values that detectors take between two turns of the event loop. */
const valuesPerTurn = 2_000;
const keptAlarms = 100;

function optionsOf(detector: StreamingDetector, { rowsBetweenFalseAlarms }: Policy): unknown {
  return detector.options.parse(detector.name === 'cusum' ? { rowsBetweenFalseAlarms } : {});
}

/** Goes on from where the last check stopped; a state that is damaged, or of another release, starts anew. */
function resume(detector: StreamingDetector, options: unknown, saved: StreamState): StreamRun | undefined {
  try {
    return detector.resume(options, saved.state);
  } catch (error) {
    if (error instanceof RelevoError && error.code === 'DRIFT_STATE_INVALID') return undefined;
    throw error;
  }
}

/**
 * Gives new losses to every detector of the policy that takes such values. A detector without a state first sees
 * `stable`, losses of rows that the champion was judged on, whose alarms do not count.
 * @throws RelevoError PIPELINE_INVALID where the policy names a detector that there is not.
 */
export async function runStreams(
  policy: Policy,
  stable: Float64Array,
  series: LossSeries,
  states: readonly StreamState[],
): Promise<StreamsResult> {
  const result: StreamsResult = { report: [], states: [], alarms: [] };
  for (const name of policy.streams) {
    const detector = streamingDetector(name);
    if (detector.input === 'error' && !series.name.endsWith('error')) continue;
    const saved = states.find((state) => state.detector === name && state.series === series.name);
    const advanced = await advance(detector, optionsOf(detector, policy), stable, series, saved);
    result.states.push(advanced.state);
    result.alarms.push(...advanced.alarms);
    const { rows, alarms } = advanced.state;
    result.report.push({ detector: name, series: series.name, rows, alarms });
  }
  result.alarms.sort((a, b) => a - b);
  return result;
}

async function advance(
  detector: StreamingDetector,
  options: unknown,
  stable: Float64Array,
  { name, rowIds, losses }: LossSeries,
  saved: StreamState | undefined,
): Promise<{ state: StreamState; alarms: number[] }> {
  let run = saved && resume(detector, options, saved);
  const before = run && saved ? saved : { rows: 0, alarms: [] };
  if (run === undefined) {
    run = detector.start(options);
    await feed(run, stable, () => undefined);
  }
  const alarms: number[] = [];
  const rows = await feed(run, losses, (at) => alarms.push(rowIds[at]));
  return {
    alarms,
    state: {
      detector: detector.name,
      series: name,
      state: run.save(),
      rows: before.rows + rows,
      alarms: [...before.alarms, ...alarms].slice(-keptAlarms),
    },
  };
}

/** How many values were known. */
async function feed(run: StreamRun, values: Float64Array, onDrift: (at: number) => void): Promise<number> {
  let known = 0;
  for (let at = 0; at < values.length; at++) {
    if (at % valuesPerTurn === valuesPerTurn - 1) await breathe();
    if (Number.isNaN(values[at])) continue;
    known++;
    if (run.update(values[at]) === 'drift') onDrift(at);
  }
  return known;
}
