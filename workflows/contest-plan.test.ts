import { expect, it } from 'vitest';
import { contestPolicySchema } from '../contracts/contest.ts';
import { goesOn, planOf } from './contest-plan.ts';

const names = (policy: object): string[] => planOf(contestPolicySchema.parse(policy)).map(({ name }) => name);

it('has the stages that the policy names, and nothing else', () => {
  expect(names({})).toEqual(['offline', 'champion']);
  expect(names({ stages: ['offline', 'shadow', 'canary'], canary: { steps: [0.01, 0.125] } })).toEqual([
    'offline',
    'shadow',
    'canary 1 %',
    'canary 12.5 %',
    'champion',
  ]);
  const more = { stages: ['canary'], approval: { deadlineHours: 1 }, watch: { hours: 4 } };
  expect(names(more).slice(3)).toEqual(['canary 50 %', 'approval', 'champion', 'watch']);
});

it('asks the last step of a canary alone to be better', () => {
  const plan = planOf(contestPolicySchema.parse({ stages: ['canary'] }));
  expect(plan.map(({ isLast }) => isLast)).toEqual([false, false, false, true, true]);
});

it('goes on after the test rows only where there is more than the change itself', () => {
  expect(goesOn(undefined)).toBe(false);
  expect(goesOn(contestPolicySchema.parse({}))).toBe(false);
  expect(goesOn(contestPolicySchema.parse({ watch: { hours: 1 } }))).toBe(true);
  expect(goesOn(contestPolicySchema.parse({ approval: { deadlineHours: 1 } }))).toBe(true);
  expect(goesOn(contestPolicySchema.parse({ stages: ['shadow'] }))).toBe(true);
});
