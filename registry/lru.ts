/**
 * Keeps the newest few results of an expensive load; callers that ask at the same time share one. A failed load is
 * forgotten. What is kept is the result and not its promise: a promise holds the asynchronous context that it was made
 * in, and with that the whole activity that was the first to ask.
 */
export function createLru<V>(capacity: number): (key: string, load: () => Promise<V>) => Promise<V> {
  const kept = new Map<string, { value: V }>();
  const loading = new Map<string, Promise<V>>();
  const keep = (key: string, entry: { value: V }): V => {
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= capacity) break;
      kept.delete(oldest);
    }
    return entry.value;
  };
  return (key, load) => {
    const known = kept.get(key);
    if (known !== undefined) return Promise.resolve(keep(key, known));
    const started = loading.get(key);
    if (started !== undefined) return started;
    const entry = load()
      .then((value) => keep(key, { value }))
      .finally(() => loading.delete(key));
    loading.set(key, entry);
    return entry;
  };
}
