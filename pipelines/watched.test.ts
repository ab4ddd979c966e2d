import { expect, it } from 'vitest';
import { pipelineSpecSchema } from '../contracts/pipeline.ts';
import { pipelines } from './index.ts';
import { watchedUnder } from './watched.ts';

const specs = Object.values(pipelines);

it('leaves the pipelines alone where nothing is watched', () => {
  expect(watchedUnder(specs, undefined)).toBe(specs);
});

it('lets every CSV source watch the folder of its pipeline, and gives specs that are good', () => {
  const watched = watchedUnder(specs, '/srv/incoming');
  for (const spec of watched) {
    expect(pipelineSpecSchema.parse(spec)).toEqual(spec);
    for (const source of Object.values(spec.sources))
      if (source.kind === 'csv') expect(source.watch?.folder).toBe(spec.name);
  }
  expect(watched.map(({ sources }) => Object.keys(sources))).toEqual(
    specs.map(({ sources }) => Object.keys(sources)),
  );
});

it('leaves what a source says itself', () => {
  const watch = { folder: 'mill', suffix: '.csv', settleSeconds: 5 };
  const own = specs.map((spec) => ({
    ...spec,
    sources: { own: { kind: 'csv' as const, locations: [], delimiter: ',', missing: [], watch } },
  }));
  expect(watchedUnder(own, '/srv/incoming')[0].sources.own).toMatchObject({ watch });
});
