import { type Environment, parseEnvironment } from '../../contracts/env.ts';
import { type Check, type Finding, look, ok } from './check.ts';
import * as libraries from './libraries.ts';
import * as servers from './servers.ts';
import * as stack from './stack.ts';
import * as system from './system.ts';
import { doctorTexts } from './texts.ts';

const settings: Check = {
  name: 'settings',
  async run({ texts }) {
    parseEnvironment(process.env);
    return [ok(texts.settingsFine)];
  },
};

/** In the order in which a broken installation is best mended. */
const checks: Check[] = [
  settings,
  system.node,
  system.platform,
  libraries.openMp,
  libraries.xgboost,
  libraries.onnx,
  libraries.duckdb,
  servers.postgres,
  servers.temporal,
  stack.ports,
  system.home,
  system.memory,
  system.data,
  stack.stack,
  stack.services,
];

/** Everything that is found about this installation, broken or not. */
export async function examine(env: Environment): Promise<Finding[]> {
  const context = { env, texts: doctorTexts(env.RELEVO_LANG) };
  return (await Promise.all(checks.map((check) => look(check, context)))).flat();
}
