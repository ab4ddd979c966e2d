import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPulse } from './pulse.ts';

const patience = { promptMs: 1_000, silentMs: 5_000 };
let pings: { answer(): void; refuse(): void }[];
const ping = () =>
  new Promise<void>((resolve, reject) => {
    pings.push({ answer: resolve, refuse: () => reject(new Error('refused')) });
  });
/** What a look finds, with the clock at `ms` after its start. */
async function found(look: Promise<string>, ms: number): Promise<string> {
  await vi.advanceTimersByTimeAsync(ms);
  return await Promise.race([look, Promise.resolve('undecided')]);
}

beforeEach(() => {
  pings = [];
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a service', () => {
  it('is ok where it answers promptly, and away at once where it refuses', async () => {
    const look = createPulse(ping, patience);
    const first = look();
    pings[0].answer();
    expect(await found(first, 0)).toBe('ok');
    const second = look();
    pings[1].refuse();
    expect(await found(second, 0)).toBe('away');
  });

  it('is slow where it answers late, and asked once however often it is looked at', async () => {
    const look = createPulse(ping, patience);
    const looks = [look(), look()];
    expect(await found(looks[0], 999)).toBe('undecided');
    expect(await found(Promise.all(looks).then(String), 1)).toBe('slow,slow');
    const third = look();
    await vi.advanceTimersByTimeAsync(500);
    pings[0].answer();
    expect(await found(third, 0)).toBe('slow');
    expect(pings).toHaveLength(1);
  });

  it('is away once it has been silent for long, until it answers', async () => {
    const look = createPulse(ping, patience);
    expect(await found(look(), 1_000)).toBe('slow');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await found(look(), 1_000)).toBe('away');
    pings[0].refuse();
    await vi.advanceTimersByTimeAsync(0);
    expect(await found(look(), 1_000)).toBe('away');
    const back = look();
    await vi.advanceTimersByTimeAsync(1);
    pings[1].answer();
    expect(await found(back, 0)).toBe('slow');
    const prompt = look();
    pings[2].answer();
    expect(await found(prompt, 0)).toBe('ok');
  });
});
