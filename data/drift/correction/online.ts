import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';

export interface OnlineOptions {
  /** `lord++` spends alike whatever the p-values; `saffron` spends only on p-values ≤ ½, so it keeps more power. */
  method: 'lord++' | 'saffron';
  /** False discovery rate to keep over the whole stream of tests, between 0 and 1. */
  level: number;
}

const count = z.number().int().nonnegative();
const stateSchema = z.strictObject({
  /** Tests so far, and those with a p-value ≤ ½ among them. */
  tests: count,
  candidates: count,
  rejected: count,
  /** Tests and candidates up to each rejection and with it, oldest first; see `mostRemembered`. */
  rejections: z.array(z.tuple([count, count])),
});
/** What is remembered from one test to the next, JSON-safe and of bounded size. */
export type OnlineState = z.infer<typeof stateSchema>;

/** p-values up to here are candidates of SAFFRON (λ in the paper). */
const candidateLimit = 0.5;
/**
 * The first rejection and the newest others are kept. A forgotten one gives nothing back any more, which lowers later
 * levels and so keeps the guarantee.
 */
const mostRemembered = 200;

const fresh: OnlineState = { tests: 0, candidates: 0, rejected: 0, rejections: [] };

/**
 * Level at which the next p-value of a stream of tests is judged, so that the false discovery rate over all tests
 * stays ≤ `options.level` at any time, for p-values independent of the past under the null.
 * `state` is what the last call of `onlineObserve` gave; absent before the first test.
 * Sources: LORD++, Ramdas et al., "Online control of the false discovery rate with decaying memory" (2017);
 * SAFFRON, Ramdas et al., "SAFFRON: an adaptive algorithm for online control of the FDR" (2018); half of the level
 * is the initial wealth, γ as in the papers.
 * @throws RelevoError DRIFT_STATE_INVALID where `state` is none that `onlineObserve` gave.
 */
export function onlineLevel(state: unknown, options: OnlineOptions): { level: number; state: OnlineState } {
  const known = parseState(state);
  return {
    level: options.method === 'saffron' ? saffron(known, options) : lord(known, options),
    state: known,
  };
}

/**
 * Judges the next p-value: rejected at the level that `onlineLevel` gives now, and the state after it.
 * @throws RelevoError DRIFT_STATE_INVALID where `state` is none that this function gave.
 */
export function onlineObserve(
  state: unknown,
  pValue: number,
  options: OnlineOptions,
): { rejected: boolean; level: number; state: OnlineState } {
  const { level, state: before } = onlineLevel(state, options);
  const rejected = pValue <= level;
  const tests = before.tests + 1;
  const candidates = before.candidates + (pValue <= candidateLimit ? 1 : 0);
  const rejections = rejected ? remember(before.rejections, [tests, candidates]) : before.rejections;
  return {
    rejected,
    level,
    state: { tests, candidates, rejected: before.rejected + (rejected ? 1 : 0), rejections },
  };
}

function remember(rejections: [number, number][], next: [number, number]): [number, number][] {
  const all = [...rejections, next];
  return all.length > mostRemembered ? [all[0], ...all.slice(2)] : all;
}

function parseState(state: unknown): OnlineState {
  if (state === undefined || state === null) return fresh;
  const parsed = stateSchema.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new RelevoError('DRIFT_STATE_INVALID', 'The state of the online false discovery control is not one', {
    field: `online.${parsed.error.issues[0].path.join('.')}`,
    expected: parsed.error.issues[0].message,
  });
}

const lordSpending = (j: number): number =>
  (0.07720838 * Math.log(Math.max(j, 2))) / (j * Math.exp(Math.sqrt(Math.log(j))));

function lord({ tests, rejections }: OnlineState, { level }: OnlineOptions): number {
  const next = tests + 1;
  let spent = (level / 2) * lordSpending(next);
  for (const [i, [at]] of rejections.entries())
    spent += (i === 0 ? level / 2 : level) * lordSpending(next - at);
  return spent;
}

const saffronSpending = (j: number): number => 0.4374901658 * j ** -1.6;

function saffron({ tests, candidates, rejections }: OnlineState, { level }: OnlineOptions): number {
  const next = tests + 1;
  let spent = (level / 2) * saffronSpending(next - candidates);
  for (const [i, [at, candidatesThen]] of rejections.entries())
    spent += (i === 0 ? level / 2 : level) * saffronSpending(next - at - (candidates - candidatesThen));
  return Math.min((1 - candidateLimit) * spent, candidateLimit);
}
