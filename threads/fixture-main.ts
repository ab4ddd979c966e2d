import { closePool, runInPool } from './pool.ts';

/** Entry of a process for the tests: says what a thread that it compiles can see. */
const seen = await runInPool(new URL('./fixture.worker.ts', import.meta.url), 'look');
process.stdout.write(JSON.stringify(seen));
await closePool();
