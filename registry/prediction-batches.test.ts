import { expect, it } from 'vitest';
import { encodePredictions, readPredictions } from './prediction-batches.ts';

const batch = encodePredictions(
  ['01a2023c-48cb-7000-8000-9b61e714d069', '01a2023c-48cb-7000-8001-9b61e714d069'].map((id) => ({
    ...{ id, pipeline: 'pump', version: '1.0.0', latencyUs: 1 },
    answer: { values: [1] },
  })),
);

it('a batch is read as it was written', () => {
  expect(readPredictions(Buffer.from(batch.data))).toEqual(batch);
});

it('a batch that was cut off is told from a whole one', () => {
  const { data } = batch;
  expect(() => readPredictions(Buffer.from(data).subarray(0, data.byteLength - 3))).toThrow(RangeError);
});
