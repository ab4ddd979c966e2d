import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const project = fileURLToPath(new URL('..', import.meta.url));
const builder = fileURLToPath(new URL('bundle-main.ts', import.meta.url));
const run = promisify(execFile);
/** Resolved from here, so that it is found whatever the working directory. */
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** The parts that a bundle may have beside the workflows. */
const partNames = ['encrypted', 'traced'] as const satisfies (keyof BundleParts)[];

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(project, folder));
  return names.filter((name) => /(?<!\.test)\.ts$/.test(name)).map((name) => join(folder, name));
}

/** Of everything that the bundle is made from: workflows, contracts, constants, and the SDK's version. */
async function hashOfSources(): Promise<string> {
  const files = [
    ...(await sourcesOf('workflows')),
    ...(await sourcesOf('contracts')),
    'temporal.config.ts',
    'temporal/codec/failure-converter.cjs',
    'temporal/tracing/headers.ts',
    'temporal/tracing/workflow.ts',
    'telemetry/traceparent.ts',
  ];
  const sdk: { version: string } = createRequire(import.meta.url)('@temporalio/worker/package.json');
  const hash = createHash('sha256').update(sdk.version);
  for (const file of files.sort()) {
    hash.update(`\n${file}\n`);
    hash.update(await readFile(join(project, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** What a bundle has in it beside the workflows. */
export interface BundleParts {
  /** Failures put their message into a payload, for the codec to encrypt. */
  encrypted?: boolean;
  /** Runs join the trace of who started them. */
  traced?: boolean;
}

/** Path of the workflows' bundle, built where `folder` does not hold it for these very sources. */
export async function workflowBundle(folder: string, parts: BundleParts = {}): Promise<{ codePath: string }> {
  const names = partNames.filter((name) => parts[name]);
  const codePath = join(folder, `${['workflows', ...names, await hashOfSources()].join('-')}.js`);
  if (existsSync(codePath)) return { codePath };
  await mkdir(folder, { recursive: true });
  await run(process.execPath, ['--import', loader, builder, codePath, ...names]);
  return { codePath };
}
