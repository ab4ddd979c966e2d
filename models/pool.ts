export { compiledFlags } from '../compiled/compile.ts';
export { compiledEntry } from '../compiled/entry.ts';
export { closePool, runInPool } from '../threads/pool.ts';
