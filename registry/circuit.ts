import { setTimeout as sleep } from 'node:timers/promises';

/** Stands before a service that may be away, so that nobody waits for it once that is known. */
export interface Circuit {
  /** Whether the service was away when it was last looked for. */
  readonly open: boolean;
  /** @throws what `work` throws; while the service is away, at once what it failed with last. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Closed until a call fails as it would without the service and the probe fails too; then open, which the probe looks
 * into every `everyMs` until it succeeds. No caller is the one to find out.
 * @param suspicious whether a failed call may mean that the service is away.
 */
export function createCircuit(options: {
  probe(): Promise<unknown>;
  suspicious(error: unknown): boolean;
  everyMs?: number;
}): Circuit {
  const { probe, suspicious, everyMs = 1_000 } = options;
  let why: { error: unknown } | undefined;
  let looking = false;

  const failureOfProbe = (): Promise<{ error: unknown } | undefined> =>
    probe().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    why = await failureOfProbe();
    while (why !== undefined) {
      await sleep(everyMs, undefined, { ref: false });
      why = await failureOfProbe();
    }
    looking = false;
  };

  return {
    get open() {
      return why !== undefined;
    },
    async run(work) {
      if (why !== undefined) throw why.error;
      try {
        return await work();
      } catch (error) {
        if (suspicious(error)) void look();
        throw error;
      }
    },
  };
}
