import { readFileSync } from 'node:fs';
import { fileChampions, startApi } from '../../../test/support/api.ts';

/** The API as it ships, its champion from a file; its log in DATABASE_URL, on disk where that is absent. */
const { MODEL = '', VERSION = '', PORT, DATABASE_URL } = process.env;
const api = await startApi({
  source: fileChampions({ version: JSON.parse(readFileSync(VERSION, 'utf8')), onnx: readFileSync(MODEL) }),
  port: Number(PORT),
  ...(DATABASE_URL === undefined ? {} : { databaseUrl: DATABASE_URL }),
});
process.once('SIGTERM', async () => {
  await api.close();
  process.exit(0);
});
