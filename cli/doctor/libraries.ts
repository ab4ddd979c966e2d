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
    const path = env.XGBOOST_LIB;
    // How long threads spin is of no matter to a doctor, and the process's other settings may be broken.
    const settings = JSON.stringify({ path, spinCount: 0 });
    await probe(`library.openLibrary(${settings}); return "";`, { library: 'models/native/library.ts' });
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
