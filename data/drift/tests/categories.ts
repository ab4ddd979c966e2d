import type { CategorySample } from '../../../contracts/detector.ts';

/** Categories that one side alone has, most frequent first, then by name. */
export function changedCategories(
  reference: CategorySample,
  current: CategorySample,
): { appeared: string[]; vanished: string[] } {
  return { appeared: missingFrom(reference, current), vanished: missingFrom(current, reference) };
}

function missingFrom(side: CategorySample, other: CategorySample): string[] {
  return [...other.counts]
    .filter(([label, count]) => count > 0 && !side.counts.get(label))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([label]) => label);
}
