import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Zod's own words; a schema that says something better has it in its message. */
const isZods = /^(?:Too (?:small|big): |Invalid (?:input|option|string|ISO|[\w-]+)\b)/;

const formats: Record<string, string> = {
  datetime: 'a moment such as "2026-11-22T06:30:00Z"',
  date: 'a day such as "2026-11-22"',
  url: 'an address such as "https://plant.example/rows.csv"',
};

/** What a schema demands, in words that follow "expected". */
export function expectationOf(issue: Issue): string {
  const { message } = issue;
  if (!isZods.test(message)) return message;
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return kinds[issue.expected] ?? `a value of type ${issue.expected}`;
    case 'invalid_format':
      return formats[issue.format] ?? `a text of the form "${issue.format}"`;
    case 'too_small':
      return sized(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return sized(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_union':
      return anyOf(issue, message);
    default:
      return message;
  }
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object {…}',
  record: 'an object {…}',
};

/** What is counted where the size of a value is no number of its own. */
const units: Record<string, [one: string, many: string]> = {
  string: ['character', 'characters'],
  array: ['element', 'elements'],
};

function sized(origin: string, bound: string, limit: number | bigint): string {
  const kind = kinds[origin] ?? 'a value';
  const unit = units[origin];
  if (unit === undefined) return `${kind} of ${bound} ${limit}`;
  return `${kind} of ${bound} ${limit} ${Number(limit) === 1 ? unit[0] : unit[1]}`;
}

/** What each of the alternatives demands of the value itself; of a discriminator, which there are. */
function anyOf(issue: z.core.$ZodIssueInvalidUnion, message: string): string {
  const named = /^Invalid discriminator value\. Expected (.+)$/.exec(message)?.[1];
  if (named !== undefined) return `one of ${named.replaceAll("'", '').replaceAll(' | ', ', ')}`;
  const ways = issue.errors.flatMap(([first]) =>
    first !== undefined && first.path.length === 0 ? [expectationOf(first)] : [],
  );
  return ways.length === 0 ? 'another value' : [...new Set(ways)].join(', or ');
}
