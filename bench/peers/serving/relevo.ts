import { readFileSync } from 'node:fs';
import { fileChampions, startApi } from '../../../test/support/api.ts';

/** The API as it ships, its champion from a file; PostgreSQL and Temporal are away. */
const { MODEL = '', VERSION = '', PORT } = process.env;
const api = await startApi({
  source: fileChampions({ version: JSON.parse(readFileSync(VERSION, 'utf8')), onnx: readFileSync(MODEL) }),
  port: Number(PORT),
});
process.once('SIGTERM', async () => {
  await api.close();
  process.exit(0);
});
