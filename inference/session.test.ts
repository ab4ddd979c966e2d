import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { col, where } from '../contracts/expression.ts';
import { compileNumber } from '../models/onnx/expression.ts';
import { createGraph } from '../models/onnx/graph.ts';
import { readMetadata } from './metadata.ts';
import { type InferenceModel, openModel } from './session.ts';

/** x + 1 where the load is light, x elsewhere. */
function lightModel(): Uint8Array {
  const graph = createGraph('light');
  const inputs = { x: graph.input('x', 'double'), load: graph.input('load', 'string') };
  const formula = where(col('load').equals('Light'), col('x').plus(1), col('x'));
  graph.output(compileNumber(graph, formula.expression, inputs), 'prediction');
  return graph.toBytes({});
}

let model: InferenceModel;
beforeAll(async () => {
  model = await openModel(lightModel());
});
afterAll(() => model.release());

it('refuses a file that is no model, with what onnxruntime says of it', async () => {
  await expect(openModel(Buffer.from('no model at all'))).rejects.toThrow(/protobuf/);
  await expect(openModel('/nowhere/model.onnx')).rejects.toThrow(/nowhere/);
});

describe('an open model', () => {
  it('says what it reads, in the order of the file', () => {
    expect(model.inputs).toEqual([
      { name: 'x', kind: 'number' },
      { name: 'load', kind: 'text' },
    ]);
  });

  it('answers one row, many rows and none; missing values are NaN and empty', async () => {
    const predict = async (x: number[], load: string[]) => [
      ...(await model.predict({ x: Float64Array.from(x), load }, x.length)),
    ];
    expect(await predict([3], ['Light'])).toEqual([4]);
    expect(await predict([1, Number.NaN, 3], ['Light', 'Light', ''])).toEqual([2, Number.NaN, 3]);
    expect(await predict([], [])).toEqual([]);
  });

  it('answers rows whose texts are long and never come again', async () => {
    for (let call = 0; call < 4; call++) {
      const load = Array.from({ length: 800 }, (_, i) =>
        i % 2 === 0 ? 'Light' : `${'ñ'.repeat(500)} ${call} ${i}`,
      );
      const said = await model.predict({ x: new Float64Array(800), load }, 800);
      expect([...said]).toEqual(load.map((text) => (text === 'Light' ? 1 : 0)));
    }
  });

  it('answers long columns in stretches, in order, letting others in between', async () => {
    const rows = 60_000;
    const x = Float64Array.from({ length: rows }, (_, i) => i);
    const load = Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 'Light' : 'Medium'));
    const fresh = await openModel(lightModel());
    let isAnswered = false;
    let others = 0;
    const letIn = (): void => {
      others++;
      if (!isAnswered) setImmediate(letIn);
    };
    letIn();
    const results = await fresh.predict({ x, load }, rows);
    isAnswered = true;
    expect(results).toEqual(x.map((value) => (value % 2 === 0 ? value + 1 : value)));
    // Stretches begin at 512 rows and at most double.
    expect(others).toBeGreaterThanOrEqual(7);
    await fresh.release();
  });

  const [x, wave] = [col('x'), col('x').sine().plus(col('x').exponential()).plus(col('x').naturalLog())];
  it.each([
    ['whose graph repeats what it rounds by place', wave, ['rows']],
    ['that is filled up with missing rows', wave.plus(x.power(1.3)), []],
  ])('answers a row to the bit the same in any company: a model %s', async (_, formula, metadata) => {
    const graph = createGraph('waves');
    const inputs = { x: graph.input('x', 'double') };
    graph.output(compileNumber(graph, formula.expression, inputs), 'prediction');
    const bytes = graph.toBytes({});
    expect(Object.keys(await readMetadata(bytes))).toEqual(metadata);
    const waves = await openModel(bytes);
    const values = Float64Array.from({ length: 800 }, (_, i) => 0.001 + i * 0.00791);
    const together = await waves.predict({ x: values }, values.length);
    for (const size of [1, 3, 7, 13]) {
      for (let start = 0; start + size <= values.length; start += 37) {
        const some = await waves.predict({ x: values.subarray(start, start + size) }, size);
        expect(some).toEqual(together.slice(start, start + size));
      }
    }
    await waves.release();
  });

  it('finishes the calls under way before it is released', async () => {
    const leaving = await openModel(lightModel());
    const answers = [1, 2].map((value) => leaving.predict({ x: Float64Array.of(value), load: ['Light'] }, 1));
    await leaving.release();
    expect(await Promise.all(answers)).toEqual([Float64Array.of(2), Float64Array.of(3)]);
  });

  it('answers calls that overlap', async () => {
    const calls = Array.from({ length: 50 }, (_, i) =>
      model.predict({ x: Float64Array.of(i), load: ['Light'] }, 1),
    );
    const results = await Promise.all(calls);
    expect(results.map(([value]) => value)).toEqual(calls.map((_, i) => i + 1));
  });

  it('names a column that is absent, of the other kind or of another length', async () => {
    const x = Float64Array.of(1);
    await expect(model.predict({ x }, 1)).rejects.toThrowError('text column "load"');
    await expect(model.predict({ x: ['1'], load: ['a'] }, 1)).rejects.toThrowError('number column "x"');
    await expect(model.predict({ x, load: ['a', 'b'] }, 1)).rejects.toThrowError('"load" with 1 rows');
  });

  it('answers everything that the file has, in stretches as alone, and says what that is', async () => {
    const graph = createGraph('classes');
    const x = graph.input('x', 'double');
    const [twice] = graph.node('Add', [x, x]);
    graph.output(graph.node('Concat', [x, twice], { axis: { int: 1 } })[0], 'prediction', 2);
    graph.output(graph.node('Concat', [twice, x], { axis: { int: 1 } })[0], 'interval', 2);
    const [isLarge] = graph.node('Less', [graph.constant('double', [0.5], [1, 1]), x]);
    const [small, large] = ['pequeño', 'grande'].map((name) => graph.constant('string', [name], [1, 1]));
    graph.output(graph.node('Where', [isLarge, large, small])[0], 'label', 1, 'string');
    const bytes = graph.toBytes({ classes: JSON.stringify(['pequeño', 'grande']), zone: 'Asia/Seoul' });
    const opened = await openModel(bytes);
    expect(opened.outputs).toEqual({ label: true, interval: true, classes: ['pequeño', 'grande'] });
    const rows = 5_000;
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 100) / 100);
    const { prediction, width, label, interval } = await opened.answer({ x: values }, rows);
    expect(width).toBe(2);
    for (const row of [0, 51, 513, 4_999]) {
      expect([...prediction.subarray(2 * row, 2 * row + 2)]).toEqual([values[row], 2 * values[row]]);
      expect([...(interval ?? []).slice(2 * row, 2 * row + 2)]).toEqual([2 * values[row], values[row]]);
      expect(label?.[row]).toBe(values[row] > 0.5 ? 'grande' : 'pequeño');
    }
    expect(label).toHaveLength(rows);
    expect(await opened.predict({ x: values }, rows)).toEqual(prediction);
    expect(await opened.answer({ x: new Float64Array(0) }, 0)).toMatchObject({ width: 2, label: [] });
    await opened.release();
    expect(model.outputs).toEqual({ label: false, interval: false });
    const plain = await model.answer({ x: Float64Array.of(1), load: ['Light'] }, 1);
    expect(plain).toEqual({ prediction: Float64Array.of(2), width: 1 });
  });

  it('opens from a path too', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'relevo-session-'));
    try {
      const path = join(dir, 'model.onnx');
      const graph = createGraph('other');
      graph.output(graph.input('x', 'double'), 'prediction');
      await writeFile(path, graph.toBytes({ classes: '["a"]' }));
      const labelled = await openModel(path);
      expect(labelled.outputs.classes).toEqual(['a']);
      await labelled.release();
      await writeFile(path, lightModel());
      const opened = await openModel(path);
      expect(await opened.predict({ x: Float64Array.of(1), load: ['Light'] }, 1)).toEqual(Float64Array.of(2));
      await opened.release();
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('refuses bytes that are no model, and a model without a prediction', async () => {
    await expect(openModel(new Uint8Array([1, 2, 3]))).rejects.toThrowError();
    const graph = createGraph('other');
    graph.output(graph.input('x', 'double'), 'score');
    await expect(openModel(graph.toBytes({}))).rejects.toThrowError(
      'no output named "prediction", but score',
    );
  });
});
