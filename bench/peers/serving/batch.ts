import { readFileSync } from 'node:fs';
import { InferenceSession, type OnnxValue, Tensor } from 'onnxruntime-node';

/** The least that a batch can cost: `session.run` over tensors that are there already. Prints the times in ms. */
const { MODEL = '', ROWS = '', BATCH = '10000', ROUNDS = '10' } = process.env;
const samples: Record<string, number & string>[] = JSON.parse(readFileSync(ROWS, 'utf8'));
const rows = Array.from({ length: Number(BATCH) }, (_, index) => samples[index % samples.length]);
const session = await InferenceSession.create(MODEL, {
  ...{ intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 },
});
const feeds: Record<string, OnnxValue> = {};
for (const input of session.inputMetadata) {
  const column = rows.map((row) => row[input.name]);
  feeds[input.name] =
    input.isTensor && input.type === 'string'
      ? new Tensor('string', column, [rows.length, 1])
      : new Tensor('float64', Float64Array.from(column), [rows.length, 1]);
}
const timesMs: number[] = [];
for (let round = 0; round < Number(ROUNDS); round++) {
  const startedMs = performance.now();
  await session.run(feeds, ['prediction']);
  timesMs.push(performance.now() - startedMs);
}
process.stdout.write(JSON.stringify(timesMs));
