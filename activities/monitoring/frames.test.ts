import { expect, test } from 'vitest';
import { columnSchema, timestamp } from '../../contracts/columns.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { spec } from '../../test/records.ts';
import { createRowReader } from './frames.ts';

const { columns, ...pump } = spec('pump');
const pipeline = { ...pump, columns: { ...columns, at: columnSchema.parse(timestamp('%Y-%m-%d')) } };
const { times } = createRowReader(createFolderArtifacts('/nowhere'));

test('moments are read of a column that has them', async () => {
  const none = new Float64Array(0);
  expect(await times(pipeline, [], 'at')).toEqual({ rowIds: none, times: none });
});

test('a column of categories has none, and is not taken for 1970', async () => {
  await expect(times(pipeline, [], 'mode')).rejects.toMatchObject({
    code: 'PIPELINE_INVALID',
    details: { field: 'mode', value: 'category', expected: 'one of at' },
  });
});
