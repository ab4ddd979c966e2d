import { fileURLToPath } from 'node:url';
import { compile, compiledFlags } from './compile.ts';

/**
 * What Node is told to run an entry as a process of its own: compiled from what is on the disk now, and gone with the
 * process that asks.
 * @param entry URL of its TypeScript.
 * @throws Error where it does not compile.
 */
export const processArgs = async (entry: URL): Promise<string[]> => [
  ...compiledFlags,
  fileURLToPath(await compile(entry, 'processes')),
];
