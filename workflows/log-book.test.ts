import { expect, it } from 'vitest';
import { progressOf } from './log-book.ts';

const step = (name: string, state: 'waiting' | 'running' | 'done' | 'skipped' | 'failed', fraction = 0) => ({
  name,
  state,
  fraction,
});

it('counts finished and skipped steps whole and a running one by its share', () => {
  const progress = progressOf([
    step('a', 'done'),
    step('b', 'skipped'),
    step('c', 'running', 0.5),
    step('d', 'waiting'),
  ]);
  expect(progress.fraction).toBe(0.625);
  expect(progress.phase).toBe('c');
  expect(progress.steps[2]).toEqual({ name: 'c', state: 'running' });
});

it('names the last finished step between two steps, and the first before any', () => {
  expect(progressOf([step('a', 'done'), step('b', 'waiting')]).phase).toBe('a');
  expect(progressOf([step('a', 'waiting'), step('b', 'waiting')]).phase).toBe('a');
});

it('names the step that failed, which is not over', () => {
  const failed = progressOf([step('a', 'done'), step('b', 'failed', 0.5), step('c', 'waiting')]);
  expect([failed.phase, failed.fraction]).toEqual(['b', 0.5]);
  expect(progressOf([step('a', 'failed'), step('b', 'done'), step('c', 'waiting')]).phase).toBe('b');
});
