import { type Check, fail, ok } from './check.ts';
import { probe } from './probe.ts';

export const openMp: Check = {
  name: 'openMp',
  async run({ texts }) {
    const script =
      "const { default: koffi } = await import('koffi'); koffi.load('libgomp.so.1'); return 'libgomp.so.1';";
    try {
      return [ok(texts.loads(await probe(script)))];
    } catch (error) {
      return [fail(error instanceof Error ? error.message : String(error), texts.noOpenMp)];
    }
  },
};

export const xgboost: Check = {
  name: 'xgboost',
  async run({ env, texts }) {
    await probe('library.openLibrary(settings.librarySettings()); return "";', {
      library: 'models/native/library.ts',
      settings: 'models/native/settings.ts',
    });
    const path = env.XGBOOST_LIB;
    return [ok(texts.loads(path === undefined ? texts.hashAsPackaged : texts.ownBuild(path)))];
  },
};

export const onnx: Check = {
  name: 'onnx',
  async run({ texts }) {
    const script = "const { env } = await import('onnxruntime-node'); return env.versions?.node ?? '';";
    return [ok(texts.loads(await probe(script)))];
  },
};

export const duckdb: Check = {
  name: 'duckdb',
  async run({ texts }) {
    const script = `
      const { DuckDBInstance } = await import('@duckdb/node-api');
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      return (await connection.runAndReadAll('SELECT version()')).getRows()[0][0];`;
    return [ok(texts.loads(await probe(script)))];
  },
};
