import { describe, expect, it } from 'vitest';
import { streamingDetectors } from '../../data/drift/streaming/index.ts';
import { seededRandom } from '../../models/random.ts';
import type { StreamState } from '../../registry/types.ts';
import { runStreams } from './streams.ts';

const policy = { streams: Object.keys(streamingDetectors), rowsBetweenFalseAlarms: 10_000 };
const rows = 3_000;

function errorsOf(seed: number): Float64Array {
  const random = seededRandom(seed, 'errors');
  return Float64Array.from({ length: rows }, (_, at) => Number(random.next() < (at < rows / 2 ? 0.2 : 0.4)));
}
const series = (losses: Float64Array, from = 0) => ({
  name: 'error' as const,
  rowIds: Float64Array.from(losses, (_, at) => from + at),
  losses,
});

describe('streams', () => {
  it('raise the same alarms however the rows are divided into checks, through JSON', async () => {
    const [stable, losses] = [errorsOf(1).subarray(0, 500), errorsOf(2)];
    const whole = await runStreams(policy, stable, series(losses), []);
    const random = seededRandom(3, 'cuts');
    const divided: number[] = [];
    let states: StreamState[] = [];
    for (let from = 0; from < rows; ) {
      const to = Math.min(rows, from + random.integer(200));
      const part = await runStreams(policy, stable, series(losses.subarray(from, to), from), states);
      divided.push(...part.alarms);
      states = JSON.parse(JSON.stringify(part.states));
      from = to;
    }
    expect(divided).toEqual(whole.alarms);
    expect(whole.alarms.length).toBeGreaterThan(0);
    expect(states).toEqual(JSON.parse(JSON.stringify(whole.states)));
  });

  it('learn from the stable rows without counting their alarms', async () => {
    const moved = errorsOf(4);
    const result = await runStreams(policy, moved, series(new Float64Array(0)), []);
    expect(result.alarms).toEqual([]);
    expect(result.states.map(({ rows: seen }) => seen)).toEqual(policy.streams.map(() => 0));
  });

  it('start anew where a state is damaged, and leave out detectors of errors where values are given', async () => {
    const damaged: StreamState = {
      detector: 'adwin',
      series: 'error',
      state: { no: 1 },
      rows: 99,
      alarms: [4],
    };
    const anew = await runStreams(
      { ...policy, streams: ['adwin'] },
      new Float64Array(0),
      series(errorsOf(5)),
      [damaged],
    );
    expect(anew.states[0].rows).toBe(rows);
    const values = { ...series(errorsOf(6).map((value) => value + 0.5)), name: 'absolute residual' as const };
    const found = await runStreams({ ...policy, streams: ['ddm', 'cusum'] }, new Float64Array(0), values, []);
    expect(found.report.map(({ detector }) => detector)).toEqual(['cusum']);
  });

  it('pass over rows whose loss is not known', async () => {
    const losses = errorsOf(7).map((value, at) => (at % 3 === 0 ? Number.NaN : value));
    const found = await runStreams(
      { ...policy, streams: ['adwin'] },
      new Float64Array(0),
      series(losses),
      [],
    );
    expect(found.states[0].rows).toBe(2_000);
  });
});
