import { describe, expect, it } from 'vitest';
import { logPolicySchema } from '../../contracts/predictions.ts';
import { pipeline } from '../../pipelines/index.ts';
import type { PredictionBatch } from '../../registry/types.ts';
import { answeredRows } from './answered.ts';
import { type AnsweredChunk, logAnswers, predictionIds } from './log.ts';

const spec = { ...pipeline('steel-energy'), inputs: ['NSM', 'Load_Type'] };
const batch = { pipeline: spec.name, modelVersion: '1.2.0' };
const logged = (policy: object) => ({
  ...{ runId: 'batch/steel-energy/a', askedAt: '2026-11-22T10:30:00.000Z' },
  policy: logPolicySchema.parse(policy),
});

/** Rows whose number is their NSM; the faults are of row 1, and row 2 has no finite answer. */
function chunkOf(rows: number): AnsweredChunk {
  const numbers = Float64Array.from({ length: rows }, (_, at) => at);
  const chunk = {
    rows,
    columns: { NSM: numbers, Load_Type: Array.from(numbers, (at) => (at === 0 ? '' : 'Light_Load')) },
    keys: Array.from(numbers, (at) => (at === 3 ? 'k'.repeat(201) : `k-${at}`)),
    times: undefined,
    faults: new Map([[1, 'bad']]),
  };
  const prediction = numbers.map((at) => (at === 2 ? Number.NaN : 2 * at));
  const answers = { prediction, width: 1 };
  return { spec, chunk, answers, answered: answeredRows(chunk, answers), firstRow: 100 };
}
/** What reaches the log: lines of cells, batch by batch. */
async function copied(chunk: AnsweredChunk, policy = {}, signal = new AbortController().signal) {
  const batches: PredictionBatch[] = [];
  const predictions = { copy: async (given: PredictionBatch) => void batches.push(given) };
  const pulse = { latencyUs: 1_500, signal, report: () => {} };
  await logAnswers(predictions, batch, logged(policy), chunk, pulse);
  return batches.map(({ data }) =>
    Buffer.from(data)
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split('\t')),
  );
}

describe('the answers of a batch', () => {
  it('reach the log as predictions, but for rows without one', async () => {
    const [lines] = await copied(chunkOf(5));
    const idOf = predictionIds(logged({}));
    expect(
      lines.map(([id, at, , version, key, inputs, answer]) => [id, at, version, key, inputs, answer]),
    ).toEqual(
      [
        [0, 'k-0', '{"NSM":0}'],
        [3, '\\N', '{"NSM":3,"Load_Type":"Light_Load"}'],
        [4, 'k-4', '{"NSM":4,"Load_Type":"Light_Load"}'],
      ].map(([row, key, inputs]) => [
        ...[idOf(100 + Number(row)), '2026-11-22T10:30:00.000Z', '1.2.0', key, inputs],
        `{"values":[${2 * Number(row)}]}`,
      ]),
    );
  });

  it('are the same bytes in the same pieces when the chunk is tried again, a bounded number of rows each', async () => {
    const first = await copied(chunkOf(4_503));
    expect(await copied(chunkOf(4_503))).toEqual(first);
    expect(first.map(({ length }) => length)).toEqual([2_000, 2_000, 501]);
  });

  it('keep of the rows what the policy keeps', async () => {
    const inputs = async (policy: object) => (await copied(chunkOf(1), policy))[0][0][5];
    expect(await inputs({ redact: ['NSM'] })).toBe('{}');
    expect(await inputs({ inputs: false })).toBe('\\N');
  });

  it('stop when the batch is cancelled, and are nothing of a chunk that has none', async () => {
    await expect(copied(chunkOf(5), {}, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow();
    const chunk = chunkOf(3);
    chunk.answered.fill(0);
    expect(await copied(chunk)).toEqual([]);
  });
});
