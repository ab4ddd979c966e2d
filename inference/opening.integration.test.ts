import { expect, it } from 'vitest';
import { trainSteelModel } from '../test/support/steel-model.ts';
import { openModel } from './session.ts';

it('reads a large model while the event loop goes on', async () => {
  const { onnx } = await trainSteelModel({ rows: 4_000, trees: 300, depth: 8 });
  const warmUp = await openModel(onnx);
  await warmUp.release();
  let [longestMs, lastMs] = [0, performance.now()];
  const ticking = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 1);
  const startedMs = performance.now();
  const models = await Promise.all(Array.from({ length: 4 }, () => openModel(onnx)));
  const tookMs = performance.now() - startedMs;
  clearInterval(ticking);
  expect(longestMs).toBeGreaterThan(0);
  expect(longestMs).toBeLessThan(tookMs / 2);
  for (const model of models) await model.release();
});
