import { closest, distance } from 'fastest-levenshtein';

const longestGuessed = 200;

/** ` (did you mean "x"?)` where a known name is near enough, else nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  if (known.length === 0 || given.length > longestGuessed) return '';
  const wanted = given.trim().toLowerCase();
  const folded = new Map(known.map((name) => [name.toLowerCase(), name]));
  const nearest = closest(wanted, [...folded.keys()]);
  const begun = wanted.length > 2 ? [...folded.keys()].find((name) => name.startsWith(wanted)) : undefined;
  const isNear = distance(wanted, nearest) <= Math.max(2, nearest.length / 3);
  const meant = folded.get(isNear ? nearest : (begun ?? ''));
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`;
}
