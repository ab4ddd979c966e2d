import type { Metrics } from '../../metrics.ts';
import type { Recording } from '../log/recording.ts';
import type { Asker } from '../predict.ts';
import type { Lineup } from '../routing/lineup.ts';

/** What takes some milliseconds to read: such a body is not read on the thread that answers everybody. */
export const largeBodyBytes = 256 * 1024;

/**
 * Answers a large body on the champion's batch thread, and counts and logs its rows as the others are.
 * Undefined, having done nothing, where the body is small, where more than the champion may answer, where history
 * is to be looked up, and until the thread is open.
 * @throws RelevoError as `predict` does.
 */
export function answerLargeBody(
  { champion, contenders }: Lineup,
  body: Buffer,
  asker: Asker,
  { metrics, recording }: { metrics: Metrics; recording: Pick<Recording, 'policyOf' | 'logged'> },
): Promise<Uint8Array> | undefined {
  const { pipeline, version, spec } = champion.version;
  if (body.length < largeBodyBytes || contenders.length > 0 || spec.forecast !== undefined) return undefined;
  const { requestId, key, startedMs } = asker;
  const request = {
    ...{ body, requestId, key, policy: recording.policyOf(pipeline) },
    startedAtMs: performance.timeOrigin + startedMs,
  };
  return champion.answerBody(request, recording.logged)?.then(({ json, rows }) => {
    metrics.predictions(pipeline, version, rows);
    return json;
  });
}
