import type { Checkpoints } from '../../../contracts/artifacts.ts';

/** Saves one checkpoint at a time; of those that arrive meanwhile only the newest is kept. */
export function createCheckpointWriter(
  checkpoints: Checkpoints | undefined,
  onError: (error: unknown) => void,
) {
  let waiting: Uint8Array | undefined;
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    try {
      for (let bytes = waiting; bytes !== undefined; bytes = waiting) {
        waiting = undefined;
        await checkpoints?.save(bytes);
      }
    } catch (error) {
      onError(error);
    } finally {
      writing = undefined;
    }
  }
  return {
    save(bytes: Uint8Array): void {
      waiting = bytes;
      writing ??= writeAll();
    },
    /** Resolves once nothing is left to write. */
    settled: async (): Promise<void> => writing,
  };
}
