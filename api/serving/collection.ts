import { setFlagsFromString } from 'node:v8';

/**
 * Has each thread collect its short-lived objects by itself, in the whole process and from the next collection on. Of a
 * request next to nothing is left by then, so there is little to share, but V8 would wait for helper threads of its own
 * until the system gives them a processor, beside the database and whatever else is busy: longer than the work takes.
 */
export function collectAlone(): void {
  setFlagsFromString('--no-parallel-scavenge');
}
