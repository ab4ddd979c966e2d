import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { adaptForeign } from './adapt.ts';
import { examineForeign } from './compare.ts';
import { examineInProcess, foreignLimits } from './examine.ts';
import type { ForeignTask } from './types.ts';

interface Case {
  file: string;
  classes?: string[];
  answers: (number | number[])[];
}
const made: {
  columns: { feed: number[]; speed: number[]; ore: string[] };
  regression: Record<string, Case>;
  classification: Record<string, Case>;
  strict: string;
  reaching: string;
  mixing: string;
} = JSON.parse(await readFile(new URL('./parity/foreign.json', import.meta.url), 'utf8'));

const fileOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const columns = {
  feed: Float64Array.from(made.columns.feed),
  speed: Float64Array.from(made.columns.speed),
  ore: made.columns.ore,
};
const rows = made.columns.feed.length;
const power: ForeignTask = {
  ...{ pipeline: 'plant', task: 'regression', target: 'power', classes: [] },
  columns: [
    { name: 'feed', kind: 'number' },
    { name: 'ore', kind: 'category' },
    { name: 'speed', kind: 'number' },
  ],
};
const table = { ...power, features: ['feed', 'speed'] };
const examine = (base64: string, about: ForeignTask) =>
  examineForeign({ file: fileOf(base64), about, columns, rows });

test.each(Object.keys(made.regression))('a regression by %s answers as scikit-learn does', async (name) => {
  const { file, answers } = made.regression[name];
  const { prediction, width, parityMaxAbsolute } = await examine(file, name === 'columns' ? power : table);
  expect(width).toBe(1);
  expect(parityMaxAbsolute).toBeLessThan(1e-6);
  prediction.forEach((value, row) => {
    expect(Math.abs(value - Number(answers[row]))).toBeLessThan(1e-3);
  });
});

test.each(Object.keys(made.classification))('classes by %s, in the order of the pipeline', async (name) => {
  const { file, answers, classes = [] } = made.classification[name];
  const reversed = [...classes].reverse();
  const { prediction, width } = await examine(file, {
    ...table,
    task: 'classification',
    target: 'grade',
    classes: reversed,
  });
  expect(width).toBe(classes.length);
  for (let row = 0; row < rows; row++)
    reversed.forEach((label, k) => {
      const said = (answers[row] as number[])[classes.indexOf(label)];
      expect(Math.abs(prediction[row * width + k] - said)).toBeLessThan(1e-4);
    });
});

describe('a model is refused that', () => {
  const { table: ridge } = made.regression;
  const { forest } = made.classification;
  test.each<[string, string, ForeignTask, RegExp]>([
    ['reads a file outside of itself', made.reaching, table, /outside of itself/],
    ['fails on a text that it does not know', made.strict, power, /row without values/],
    ['answers a row by its company', made.mixing, table, /same row among others/],
    ['reads more columns than are named', ridge.file, { ...table, features: ['feed'] }, /takes 2 columns/],
    ['reads a column that is none', ridge.file, { ...table, features: ['feed', 'age'] }, /"age"/],
    ['reads texts as numbers', ridge.file, { ...table, features: ['feed', 'ore'] }, /category column "ore"/],
    [
      'tells other classes apart',
      forest.file,
      { ...table, task: 'classification', classes: ['low', 'high', 'none'] },
      /tells high, low, middle apart/,
    ],
    [
      'has no probabilities',
      ridge.file,
      { ...table, task: 'classification', classes: ['low', 'high'] },
      /unnamed classes/,
    ],
  ])('%s', async (_, file, about, message) => {
    await expect(examine(file, about)).rejects.toMatchObject({
      code: 'MLFLOW_MODEL_UNFIT',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['is no ONNX file', Buffer.from('not a model at all')],
    ['is empty', Buffer.alloc(0)],
    ['is cut off', Buffer.from(fileOf(ridge.file)).subarray(0, 120)],
  ])('%s', (_, bytes) => {
    expect(() => adaptForeign(new Uint8Array(bytes), table)).toThrow(
      expect.objectContaining({ code: 'MLFLOW_MODEL_UNFIT' }),
    );
  });
});

test('bytes that are flipped anywhere never end this process', async () => {
  const { file } = made.regression.table;
  let refused = 0;
  for (let at = 0; at < 200; at++) {
    const bytes = fileOf(file);
    bytes[(at * 7) % bytes.length] ^= 1 << (at % 8);
    try {
      adaptForeign(bytes, table);
    } catch {
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(0);
});

test('a process of its own says the same; one that is too large is not even started', async () => {
  const { file } = made.regression.table;
  const request = { file: fileOf(file), about: table, columns, rows };
  const [there, here] = [await examineInProcess(request), await examineForeign(request)];
  expect(there.prediction).toEqual(here.prediction);
  expect(Buffer.compare(there.bytes, here.bytes)).toBe(0);
  const large = new Uint8Array(foreignLimits.fileBytes + 1);
  await expect(examineInProcess({ ...request, file: large })).rejects.toMatchObject({
    message: 'The model is too large',
  });
});

test('a cancelled examination ends its process', async () => {
  const request = { file: fileOf(made.regression.table.file), about: table, columns, rows };
  await expect(examineInProcess(request, AbortSignal.timeout(50))).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});
