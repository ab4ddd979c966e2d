/** Threads do not inherit the parent's loader of TypeScript, and `--import tsx` does nothing in them. */
export const threadLoader = new URL('./thread-loader.js', import.meta.url).href;
