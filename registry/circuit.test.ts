import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createCircuit } from './circuit.ts';

/** A service that is there or away, with a count of who reached for it. */
function service() {
  const state = { away: false, calls: 0, probes: 0 };
  const answer = async (): Promise<string> => {
    if (state.away) throw new Error('away');
    return 'here';
  };
  const circuit = createCircuit({
    probe: () => {
      state.probes++;
      return answer();
    },
    suspicious: (error) => error instanceof Error && error.message === 'away',
    everyMs: 5,
  });
  const call = (): Promise<string> =>
    circuit.run(() => {
      state.calls++;
      return answer();
    });
  return { state, circuit, call };
}
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await sleep(2);
};

describe('a circuit', () => {
  it('asks nobody while the service is away, and closes by itself when it is back', async () => {
    const { state, circuit, call } = service();
    expect(await call()).toBe('here');
    state.away = true;
    await expect(call()).rejects.toThrow('away');
    await until(() => circuit.open);
    const before = state.calls;
    await expect(call()).rejects.toThrow('away');
    expect(state.calls).toBe(before);
    state.away = false;
    await until(() => !circuit.open);
    expect(await call()).toBe('here');
  });

  it('stays closed where the service refuses, or where one call alone failed', async () => {
    const { state, circuit, call } = service();
    await expect(circuit.run(() => Promise.reject(new Error('no such row')))).rejects.toThrow('no such row');
    expect(state.probes).toBe(0);
    await expect(circuit.run(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await until(() => state.probes === 1);
    await sleep(10);
    expect(circuit.open).toBe(false);
    expect(await call()).toBe('here');
  });
});
