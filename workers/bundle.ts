import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const project = fileURLToPath(new URL('..', import.meta.url));
const entry = join(project, 'workflows', 'index.ts');

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(project, folder));
  return names.filter((name) => /(?<!\.test)\.ts$/.test(name)).map((name) => join(folder, name));
}

/** Of everything that the bundle is made from: workflows, contracts, constants, and the SDK's version. */
async function hashOfSources(): Promise<string> {
  const files = [...(await sourcesOf('workflows')), ...(await sourcesOf('contracts')), 'temporal.config.ts'];
  const sdk: { version: string } = createRequire(import.meta.url)('@temporalio/worker/package.json');
  const hash = createHash('sha256').update(sdk.version);
  for (const file of files.sort()) {
    hash.update(`\n${file}\n`);
    hash.update(await readFile(join(project, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Path of the workflows' bundle, built where `folder` does not hold it for these very sources. */
export async function workflowBundle(folder: string, logger: Logger): Promise<{ codePath: string }> {
  const codePath = join(folder, `workflows-${await hashOfSources()}.js`);
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => join(folder, name) === codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger });
  await mkdir(folder, { recursive: true });
  const temporary = `${codePath}.${process.pid}`;
  await writeFile(temporary, code);
  await rename(temporary, codePath);
  return { codePath };
}
