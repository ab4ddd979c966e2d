import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainSteelModel } from '../../test/support/steel-model.ts';

/**
 * Trains the model with which every server under measurement answers: `model.onnx`, its `version.json`, and the rows that
 * requests take in turn as `rows.json`, in FOLDER. A process of its own, for the garbage of training would be collected
 * while servers are measured, by four threads for tenths of a second.
 */
const { FOLDER = '', TREES = '500' } = process.env;
const { onnx, version, rows } = await trainSteelModel({ rows: 20_000, trees: Number(TREES), depth: 8 });
const samples = rows.filter((_, index) => index % 97 === 0);
await Promise.all([
  writeFile(join(FOLDER, 'model.onnx'), onnx),
  writeFile(join(FOLDER, 'version.json'), JSON.stringify(version)),
  writeFile(join(FOLDER, 'rows.json'), JSON.stringify(samples)),
]);
process.exit(0);
