interface Kept<V> {
  value: V;
  /** Since it was last looked for what is idle. */
  isAskedFor: boolean;
}

/**
 * Keeps the newest few results of an expensive load; callers that ask at the same time share one. A failed load is
 * forgotten. What is kept is the result and not its promise: a promise holds the asynchronous context that it was made
 * in, and with that the whole activity that was the first to ask.
 * @param options.idleMs what nobody asks for in this time is forgotten, at the latest after twice of it; without it,
 * only what is newer takes a result's place.
 */
export function createLru<V>(
  capacity: number,
  { idleMs }: { idleMs?: number } = {},
): (key: string, load: () => Promise<V>) => Promise<V> {
  const kept = new Map<string, Kept<V>>();
  const loading = new Map<string, Promise<V>>();
  const keep = (key: string, entry: Kept<V>): V => {
    entry.isAskedFor = true;
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= capacity) break;
      kept.delete(oldest);
    }
    return entry.value;
  };
  const forgetIdle = (): void => {
    for (const [key, entry] of kept) {
      if (entry.isAskedFor) entry.isAskedFor = false;
      else kept.delete(key);
    }
  };
  // Not started by who asks: a timer, too, holds the context that it was made in.
  if (idleMs !== undefined) setInterval(forgetIdle, idleMs).unref();
  return (key, load) => {
    const known = kept.get(key);
    if (known !== undefined) return Promise.resolve(keep(key, known));
    const started = loading.get(key);
    if (started !== undefined) return started;
    const entry = load()
      .then((value) => keep(key, { value, isAskedFor: true }))
      .finally(() => loading.delete(key));
    loading.set(key, entry);
    return entry;
  };
}
