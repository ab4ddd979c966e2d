/** What a handler adds to the record of the change that it makes. */
export interface AuditNotes {
  before?: unknown;
  after?: unknown;
}

const longestInput = 4_096;
const secretName = /secret|password|token|authorization|cookie|credential/i;

/** A request's body as a record may hold it: without what is secret by its name, and short. */
export function recordable(value: unknown): unknown {
  const text = JSON.stringify(value, (name, part: unknown) => (secretName.test(name) ? '(hidden)' : part));
  if (text === undefined) return undefined;
  return text.length <= longestInput ? JSON.parse(text) : { cut: `${text.slice(0, longestInput)}…` };
}
