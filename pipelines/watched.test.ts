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

it('lets every CSV source watch the prefix of its pipeline in a bucket', () => {
  for (const place of ['s3://plant-data/incoming', 's3://plant-data/incoming/'])
    for (const spec of watchedUnder(specs, place))
      for (const source of Object.values(spec.sources))
        if (source.kind === 'csv')
          expect(source.watch).toMatchObject({ bucket: 'plant-data', prefix: `incoming/${spec.name}/` });
  const [{ sources }] = watchedUnder(specs, 's3://plant-data');
  expect(Object.values(sources)[0]).toMatchObject({ watch: { prefix: `${specs[0].name}/` } });
});

it('refuses a place that is none, or two', () => {
  const [spec] = specs;
  const faults = (watch: object) => {
    const parsed = pipelineSpecSchema.safeParse({
      ...spec,
      sources: { own: { kind: 'csv', locations: [], watch } },
    });
    return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  expect(faults({ bucket: 'plant-data' })).toBeUndefined();
  expect(faults({})).toEqual(['sources.own.watch: either a folder or a bucket']);
  expect(faults({ folder: 'in', bucket: 'plant-data' })).toEqual([
    'sources.own.watch: either a folder or a bucket',
  ]);
  expect(faults({ folder: 'in', prefix: 'in/' })).toEqual([
    'sources.own.watch.prefix: a bucket beside the prefix',
  ]);
  expect(faults({ bucket: '../etc' })).toEqual([
    "sources.own.watch.bucket: a bucket's name: 3 to 63 of a-z, 0-9, dots and dashes",
  ]);
});

it('leaves what a source says itself', () => {
  const watch = { folder: 'mill', suffix: '.csv', settleSeconds: 5 };
  const own = specs.map((spec) => ({
    ...spec,
    sources: { own: { kind: 'csv' as const, locations: [], delimiter: ',', missing: [], watch } },
  }));
  expect(watchedUnder(own, '/srv/incoming')[0].sources.own).toMatchObject({ watch });
});
