import { inject } from 'vitest';

/** The Temporal server of this test worker: files that run at once must not take one another's tasks. */
export function ownTemporal(): string {
  const addresses = inject('temporalAddresses');
  const worker = Number(process.env.VITEST_POOL_ID ?? 1) - 1;
  return addresses[worker % addresses.length];
}
