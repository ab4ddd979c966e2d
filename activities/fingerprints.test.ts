import { expect, it } from 'vitest';
import { candidateSchema } from '../contracts/pipeline.ts';
import { plant } from '../test/plant.ts';
import { inputSchemaHashOf, schemaHashOf, scoringOf, searchIdOf, trainingSetKey } from './fingerprints.ts';

const spec = plant({ rounds: 10, trials: 0 });
const ref = {
  datasetVersion: 'plant/file@000000000000',
  split: { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'application/json', name: 'split.json' },
};

it('joins new rows to old parts whatever is done with them afterwards, and not under other rules', () => {
  const hash = schemaHashOf(spec, 'file');
  expect(schemaHashOf({ ...spec, seed: 1, candidates: [], features: {}, base: undefined }, 'file')).toBe(
    hash,
  );
  expect(schemaHashOf({ ...spec, expectations: [{ kind: 'unique', columns: ['feed'] }] }, 'file')).not.toBe(
    hash,
  );
  expect(schemaHashOf({ ...spec, target: 'speed' }, 'file')).not.toBe(hash);
});

it('tells training sets apart by features, base, data and split, not by seed or name of the artifact', () => {
  const key = trainingSetKey(spec, ref);
  expect(trainingSetKey({ ...spec, seed: 1 }, { ...ref, split: { ...ref.split, name: 'other' } })).toBe(key);
  expect(trainingSetKey({ ...spec, base: undefined }, ref)).not.toBe(key);
  expect(trainingSetKey(spec, { ...ref, datasetVersion: 'plant/file@000000000001' })).not.toBe(key);
  expect(trainingSetKey(spec, { ...ref, split: { ...ref.split, sha256: 'b'.repeat(64) } })).not.toBe(key);
});

it('gives a search a new id where its scores could differ', () => {
  const about = {
    pipeline: 'plant',
    candidate: 'searched',
    estimator: 'xgboost',
    params: { rounds: 10 },
    space: {},
    seed: 1,
    threads: 2,
    trainingSet: 'x',
    scoring: { metric: 'rmse' },
  };
  const ids = [
    about,
    { ...about, seed: 2 },
    { ...about, threads: 1 },
    { ...about, trainingSet: 'y' },
    { ...about, params: { rounds: 11 } },
    { ...about, scoring: { metric: 'mae' } },
  ].map(searchIdOf);
  expect(new Set(ids).size).toBe(6);
  expect(ids[0]).toMatch(/^plant\/searched\/[0-9a-f]{16}$/);
});

it('scores a search otherwise where its trials know, are pruned or are weighed otherwise', () => {
  const searched = plant({ rounds: 10, trials: 9 }).candidates[0];
  const changes = [
    {},
    { trialsAtOnce: 4 },
    { pruner: 'asha' },
    { sampler: 'random' },
    { weights: 'balanced' },
  ];
  const scorings = changes.map((change) => {
    const candidates = [candidateSchema.parse({ ...searched, ...change })];
    return JSON.stringify(scoringOf({ ...spec, candidates }, searched));
  });
  expect(new Set(scorings).size).toBe(changes.length);
  const more = { ...spec, candidates: [{ ...searched, trials: 20 }] };
  expect(JSON.stringify(scoringOf(more, searched))).toBe(scorings[0]);
});

it('changes the input schema with a column that clients send, and not with one that they do not', () => {
  const hash = inputSchemaHashOf(spec);
  expect(inputSchemaHashOf({ ...spec, columns: { ...spec.columns, note: { kind: 'ignored' } } })).toBe(hash);
  expect(inputSchemaHashOf({ ...spec, inputs: spec.inputs.slice(1) })).not.toBe(hash);
});
