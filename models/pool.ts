export { closePool, runInPool, threadLoader } from '../threads/pool.ts';
