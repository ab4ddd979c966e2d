/** Builds the workflows' bundle into the file that it is told; a process of its own, since webpack's memory stays. */
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../temporal/codec/data-converter.ts';
import { tracedWorkflowModule } from '../temporal/tracing/worker.ts';
import { createLogger } from './logging.ts';

const [codePath, ...parts] = process.argv.slice(2);
const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const { code } = await bundleWorkflowCode({
  workflowsPath,
  logger: createLogger('bundle', 'warn'),
  ...(parts.includes('encrypted') && { failureConverterPath }),
  ...(parts.includes('traced') && { workflowInterceptorModules: [tracedWorkflowModule] }),
});
const temporary = `${codePath}.${process.pid}`;
await writeFile(temporary, code);
await rename(temporary, codePath);
