import type { Served } from './served.ts';
import { type LossSeries, runStreams, type StreamsResult } from './streams.ts';
import { meanOf, type StreamEvidence } from './verdict.ts';
import type { Asked, Work } from './work.ts';

/**
 * Gives the detectors what clients were answered and what turned out: states of their own, beside those of the data.
 * Undefined while no client has told anything.
 */
export async function servedStreams(
  { spec, memory, watched }: Work,
  { heldOut }: Asked,
  { outcomes, loss }: Served,
): Promise<StreamsResult | undefined> {
  const { version } = watched;
  const series: LossSeries = {
    name: version.spec.task === 'classification' ? 'served error' : 'served absolute residual',
    rowIds: outcomes,
    losses: loss,
  };
  const states = memory?.modelVersion === version.version ? memory.streams : [];
  if (loss.length === 0 && !states.some((state) => state.series === series.name)) return undefined;
  return await runStreams(spec.drift, heldOut.answers.loss, series, states);
}

/** All results as one, in the order given; a series that two of them have stays in it twice. */
export const joinStreams = (all: StreamsResult[]): StreamsResult => ({
  report: all.flatMap(({ report }) => report),
  states: all.flatMap(({ states }) => states),
  alarms: all.flatMap(({ alarms }) => alarms),
});

const hasKnown = (losses: Float64Array): boolean => losses.some((loss) => !Number.isNaN(loss));
const tellsOfWorse = ({ alarms, heldOut, streamed }: StreamEvidence): boolean =>
  alarms.length > 0 && meanOf(streamed) > meanOf(heldOut);

/** Of what the data and what clients tell: the first that alarms, else the first that knows anything. */
export const tellingEvidence = (all: StreamEvidence[]): StreamEvidence | undefined =>
  all.find(tellsOfWorse) ?? all.find(({ streamed }) => hasKnown(streamed)) ?? all.at(0);
