import { within } from '../../within.ts';

/** `slow`: it has not answered promptly, and neither has it refused nor been silent for long. */
export const standings = ['ok', 'slow', 'away'] as const;
export type Standing = (typeof standings)[number];

export interface Patience {
  /** An answer within this is prompt, and so long is one look at most. */
  promptMs: number;
  /** Who says nothing for longer is taken to be away. */
  silentMs: number;
}

/**
 * Looks how a service answers. Looks share one ping, so that a service that is slow is not asked more the slower it is;
 * whoever was away is so until it answers.
 */
export function createPulse(
  ping: () => Promise<void>,
  { promptMs, silentMs }: Patience,
): () => Promise<Standing> {
  let last: Standing = 'ok';
  let underWay: { sinceMs: number; answer: Promise<Standing> } | undefined;

  const start = () => {
    const sinceMs = performance.now();
    const settle = (standing: Standing): Standing => {
      underWay = undefined;
      last = standing;
      return standing;
    };
    const answer = ping().then(
      () => settle(performance.now() - sinceMs > promptMs ? 'slow' : 'ok'),
      () => settle('away'),
    );
    return { sinceMs, answer };
  };

  return async () => {
    underWay ??= start();
    const { sinceMs, answer } = underWay;
    const found = await within(promptMs, answer);
    if (found !== undefined) return found;
    return last === 'away' || performance.now() - sinceMs >= silentMs ? 'away' : 'slow';
  };
}
