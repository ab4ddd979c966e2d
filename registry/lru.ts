/** Keeps the newest few results of an expensive load; callers that ask at the same time share one. A failed load is forgotten. */
export function createLru<V>(capacity: number): (key: string, load: () => Promise<V>) => Promise<V> {
  const entries = new Map<string, Promise<V>>();
  return (key, load) => {
    const entry = entries.get(key) ?? load();
    entries.delete(key);
    entries.set(key, entry);
    entry.catch(() => entries.delete(key));
    for (const oldest of entries.keys()) {
      if (entries.size <= capacity) break;
      entries.delete(oldest);
    }
    return entry;
  };
}
