import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { InferenceSession, type OnnxValue, Tensor } from 'onnxruntime-node';

/** The least that a batch can cost: `session.run` over tensors that are there already. A run, and its time in ms, for every line of its input. */
const { MODEL = '', ROWS = '', BATCH = '10000' } = process.env;
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
for await (const _ of createInterface({ input: process.stdin })) {
  const startedMs = performance.now();
  await session.run(feeds, ['prediction']);
  process.stdout.write(`${performance.now() - startedMs}\n`);
}
