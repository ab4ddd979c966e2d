import { RelevoError } from '../../contracts/errors.ts';
import { generateSteel } from './steel.ts';

export interface GeneratorInput {
  /** The CSV file to write. */
  path: string;
  rows: number;
  seed: number;
  signal?: AbortSignal;
}
/** Writes rows that look like a system's, in bounded memory; equal seeds give equal bytes. */
export type Generator = (input: GeneratorInput) => Promise<void>;

const known: Record<string, Generator> = { steel: generateSteel };

/** @throws RelevoError PIPELINE_INVALID with the known names. */
export function generators(name: string): Generator {
  if (Object.hasOwn(known, name)) return known[name];
  const expected = Object.keys(known).join(', ');
  throw new RelevoError('PIPELINE_INVALID', `There is no generator "${name}"; known: ${expected}`, {
    field: 'locations.name',
    value: name,
    expected,
  });
}
