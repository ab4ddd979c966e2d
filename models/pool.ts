export { compiledEntry, threadFlags } from '../threads/compiled.ts';
export { closePool, runInPool } from '../threads/pool.ts';
