import { describe, expect, it } from 'vitest';
import { retrainPolicySchema } from '../contracts/retrain.ts';
import { admission, afterRetrain, closed, type Standing } from './breaker-rules.ts';

const policy = retrainPolicySchema.parse({
  breaker: { failures: 2, losses: 3, openHours: 24 },
  budget: { retrainsPerDay: 4, computeMinutesPerDay: 60 },
});
const idle = { retrains: 0, computeMinutes: 0 };
const run = { id: 'retrain/plant/now', workflowRunId: 'now' };
const noon = new Date('2026-11-22T12:00:00Z');
const hoursLater = (hours: number) => new Date(noon.getTime() + hours * 3_600_000);
const told = (standing: Standing, ...verdicts: Parameters<typeof afterRetrain>[3][]): Standing =>
  verdicts.reduce((at, verdict) => afterRetrain(at, policy, run, verdict, noon), standing);
const isOpen: Standing = { ...closed, state: 'open', failures: 2, openedAt: noon };

describe('a closed breaker', () => {
  it('opens at as many failures in a row as the policy allows, and not before', () => {
    expect(told(closed, 'failure')).toMatchObject({ state: 'closed', failures: 1 });
    expect(told(closed, 'failure', 'failure')).toMatchObject({ state: 'open', openedAt: noon });
    expect(told(closed, 'failure', 'success', 'failure')).toMatchObject({ state: 'closed', failures: 1 });
  });

  it('opens at losses in a row, which failures in between do not end and a loss ends those', () => {
    expect(told(closed, 'loss', 'failure', 'loss')).toMatchObject({
      state: 'closed',
      losses: 2,
      failures: 0,
    });
    expect(told(closed, 'loss', 'failure', 'loss', 'loss').state).toBe('open');
  });

  it('waits with its verdict on a challenger whose contest goes on', () => {
    const lost = told(closed, 'loss', 'loss');
    expect(told(lost, 'contending')).toMatchObject({ state: 'closed', losses: 2 });
    expect(told(lost, 'contending', 'loss').state).toBe('open');
    expect(told(lost, 'contending', 'success')).toEqual(closed);
  });

  it('counts nothing where nothing was tried', () => {
    expect(told({ ...closed, failures: 1 }, 'neutral')).toMatchObject({ failures: 1 });
  });

  it('refuses above the budget of retrains or minutes, and says which', () => {
    const ask = (retrains: number, computeMinutes: number) =>
      admission(closed, { retrains, computeMinutes }, policy, run, noon);
    expect(ask(3, 59)).toMatchObject({ standing: { state: 'closed' } });
    expect(ask(4, 0)).toEqual({ refused: '4 retrains in 24 hours, the budget is 4' });
    expect(ask(0, 60.4)).toEqual({ refused: '60 compute minutes in 24 hours, the budget is 60' });
  });
});

describe('an open breaker', () => {
  it('tries one retrain when its hours are over, and no second one beside it', () => {
    expect(admission(isOpen, idle, policy, run, hoursLater(23.9))).toHaveProperty('refused');
    const tried = admission(isOpen, idle, policy, run, hoursLater(24));
    if ('refused' in tried) throw new Error(tried.refused);
    expect(tried.standing).toMatchObject({ state: 'half_open', trial: run });
    const other = { id: 'retrain/plant/other', workflowRunId: 'other' };
    expect(admission(tried.standing, idle, policy, other, hoursLater(25))).toEqual({
      refused: 'the circuit breaker is half open and waits for retrain/plant/now',
    });
    // A trial that never ended is given up after the same time.
    expect(admission(tried.standing, idle, policy, other, hoursLater(48))).toMatchObject({
      standing: { trial: other },
    });
  });

  const halfOpen: Standing = { ...isOpen, state: 'half_open', trial: { ...run, at: noon } };
  it('closes when the trial succeeds, opens anew when it does not, and waits on where nothing was tried', () => {
    expect(told(halfOpen, 'success')).toEqual(closed);
    expect(afterRetrain(halfOpen, policy, run, 'loss', hoursLater(30))).toMatchObject({
      state: 'open',
      openedAt: hoursLater(30),
    });
    expect(told(halfOpen, 'neutral')).toEqual({ ...isOpen, trial: undefined });
  });

  it('does not listen to retrains that began before it opened', () => {
    const other = { id: 'retrain/plant/other', workflowRunId: 'other' };
    expect(afterRetrain(isOpen, policy, other, 'success', noon)).toBe(isOpen);
    expect(afterRetrain(halfOpen, policy, other, 'success', noon)).toBe(halfOpen);
  });

  it('stays open where a person says so, whatever the time', () => {
    const forced = { ...isOpen, forced: true };
    expect(admission(forced, idle, policy, run, hoursLater(1_000))).toEqual({
      refused: 'a person has opened the circuit breaker',
    });
  });
});
