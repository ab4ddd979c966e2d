import { type ErrorDetails, RelevoError } from '../../contracts/errors.ts';
import { candidateName, type PipelineSpec } from '../../contracts/pipeline.ts';
import { didYouMean } from '../http/did-you-mean.ts';

type Fault = Omit<ErrorDetails, 'issues'>;

/**
 * Checks what a request names of its pipeline, before a run starts that could only fail.
 * @throws RelevoError REQUEST_UNPROCESSABLE with every name that the pipeline does not have, the first in the message.
 */
export function checkKnownNames(
  spec: PipelineSpec,
  { candidates = [], source }: { candidates?: readonly string[]; source?: string },
): void {
  const knownCandidates = spec.candidates.map(candidateName);
  const faults = candidates.map((name, at) => unknown(`candidates.${at}`, name, knownCandidates));
  if (source !== undefined) faults.push(unknown('source', source, Object.keys(spec.sources)));
  const [first, ...issues] = faults.filter((fault) => fault !== undefined);
  if (first === undefined) return;
  const what = first.field === 'source' ? 'source' : 'candidate';
  throw new RelevoError(
    'REQUEST_UNPROCESSABLE',
    `"${spec.name}" has no ${what} "${first.value.slice(0, 80)}"; expected ${first.expected}.`,
    { ...first, issues },
  );
}

function unknown(
  field: string,
  value: string,
  known: readonly string[],
): (Fault & { value: string; expected: string }) | undefined {
  if (known.includes(value)) return undefined;
  return {
    field,
    value,
    expected: `one of ${known.join(', ')}${didYouMean(value, known)}`,
    where: 'body',
  };
}
