import { RelevoError } from '../../contracts/errors.ts';

/** A piece of a filter: `and` and other words, operators, quoted texts, numbers, names with their parts. */
export type Token =
  | { kind: 'word'; text: string; at: number }
  | { kind: 'name'; parts: string[]; text: string; at: number }
  | { kind: 'operator' | 'bracket'; text: string; at: number }
  | { kind: 'text'; value: string; text: string; at: number }
  | { kind: 'number'; value: number; text: string; at: number };

const patterns = {
  space: /\s+/y,
  operator: /!=|<>|>=|<=|=|>|</y,
  bracket: /[(),]/y,
  number: /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?(?![\w.])/iy,
  text: /'((?:[^']|'')*)'/y,
  /** A plain word with dots in it, where any part may be in backticks or double quotes. */
  part: /`([^`]*)`|"([^"]*)"|([^\s'"`().,=<>!]+)/y,
};
/** Beyond this a filter is no question but an attack. */
const maxLength = 20_000;

/** REQUEST_INVALID. @param at a place in the filter, from 0; the error shows the 40 characters that follow. */
export const filterInvalid = (filter: string, at: number, message: string, expected: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', `Invalid filter: ${message}`, {
    field: 'filter',
    value: filter.slice(at, at + 40),
    expected,
    where: `character ${at}`,
  });

/** The pieces in their order. @throws RelevoError REQUEST_INVALID at a character that begins none, or past 20,000. */
export function tokensOf(filter: string): Token[] {
  if (filter.length > maxLength)
    throw filterInvalid(filter, maxLength, 'it is too long', `at most ${maxLength} characters`);
  const tokens: Token[] = [];
  for (let at = 0; at < filter.length; ) {
    const space = matched(patterns.space, filter, at);
    if (space !== undefined) {
      at += space[0].length;
      continue;
    }
    const token = tokenAt(filter, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(filter: string, at: number): Token {
  const operator = matched(patterns.operator, filter, at);
  if (operator !== undefined) return { kind: 'operator', text: operator[0], at };
  const bracket = matched(patterns.bracket, filter, at);
  if (bracket !== undefined) return { kind: 'bracket', text: bracket[0], at };
  const text = matched(patterns.text, filter, at);
  if (text !== undefined) return { kind: 'text', value: text[1].replaceAll("''", "'"), text: text[0], at };
  const number = matched(patterns.number, filter, at);
  if (number !== undefined) return { kind: 'number', value: Number(number[0]), text: number[0], at };
  return nameAt(filter, at);
}

/** `metrics.rmse`, `` tag.`a b` ``, `tags.mlflow.runName`: the first part and all that follows its dot. */
function nameAt(filter: string, at: number): Token {
  const first = matched(patterns.part, filter, at);
  if (first === undefined)
    throw filterInvalid(filter, at, `nothing begins with ${filter.slice(at, at + 10)}`, 'a clause');
  let end = at + first[0].length;
  let rest = '';
  while (filter[end] === '.') {
    const part = matched(patterns.part, filter, end + 1);
    if (part === undefined) break;
    rest += `${rest === '' ? '' : '.'}${partOf(part)}`;
    end += 1 + part[0].length;
  }
  const text = filter.slice(at, end);
  if (rest !== '') return { kind: 'name', parts: [partOf(first), rest], text, at };
  // A text in double quotes looks like a name without parts.
  if (first[2] !== undefined) return { kind: 'text', value: first[2], text, at };
  return first[1] === undefined ? { kind: 'word', text, at } : { kind: 'name', parts: [first[1]], text, at };
}

const partOf = ([, ticked, quoted, plain]: RegExpExecArray): string => ticked ?? quoted ?? plain;

function matched(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
