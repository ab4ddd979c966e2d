export { threadLoader } from '../threads/loader.ts';
export { closePool, runInPool } from '../threads/pool.ts';
