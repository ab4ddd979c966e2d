import koffi from 'koffi';

/**
 * Has libgomp's threads sleep sooner than they would while they wait for one another, unless the environment
 * says otherwise. libgomp reads the variable when it is loaded, and only from the process's real environment,
 * of which a worker thread's `process.env` is a copy.
 */
export function limitSpinning(spinCount: number): void {
  const libc = koffi.load(null);
  const read = libc.func('const char *getenv(const char *name)');
  const write = libc.func('int setenv(const char *name, const char *value, int overwrite)');
  if (read('OMP_WAIT_POLICY') === null) write('GOMP_SPINCOUNT', String(spinCount), 0);
}
