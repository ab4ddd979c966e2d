import { filterInvalid, type Token, tokensOf } from './filter-tokens.ts';

export const entities = ['attribute', 'metric', 'param', 'tag', 'dataset'] as const;
export type Entity = (typeof entities)[number];

export const comparators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'LIKE',
  'ILIKE',
  'IN',
  'NOT IN',
  'IS NULL',
  'IS NOT NULL',
] as const;
export type Comparator = (typeof comparators)[number];

/** One condition of a filter; all of them have to hold. */
export interface Clause {
  entity: Entity;
  /** The attribute, or the name of the metric, parameter or tag. */
  key: string;
  comparator: Comparator;
  /** A list for IN and NOT IN, absent for IS NULL and IS NOT NULL. */
  value?: string | number | string[];
}

const entityNames: Record<string, Entity> = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  dataset: 'dataset',
  datasets: 'dataset',
};

/** The entity and key that a name such as `metrics.rmse` stands for; a name without an entity is an attribute. */
export function identifierOf(parts: readonly string[]): { entity: Entity; key: string } | undefined {
  const [first, rest] = parts;
  if (rest === undefined) return { entity: 'attribute', key: first };
  if (!Object.hasOwn(entityNames, first)) return undefined;
  return { entity: entityNames[first], key: rest };
}

/**
 * Reads a filter of MLflow's search calls: conditions joined by AND, such as
 * `metrics.rmse < 1.5 and params.model = 'tree' and tags."my tag" LIKE '%a%'`.
 * @throws RelevoError REQUEST_INVALID with the character where it stops being one.
 */
export function parseFilter(filter: string): Clause[] {
  const tokens = tokensOf(filter);
  const clauses: Clause[] = [];
  let next = 0;
  const invalid = (message: string, expected: string) =>
    filterInvalid(filter, tokens[next]?.at ?? filter.length, message, expected);
  const take = (): Token => {
    const token = tokens[next];
    if (token === undefined) throw invalid('it ends too early', 'key, comparator, value');
    next++;
    return token;
  };
  const isWord = (word: string): boolean => {
    const token = tokens[next];
    return token?.kind === 'word' && token.text.toUpperCase() === word;
  };
  const takeWord = (word: string): void => {
    if (!isWord(word)) throw invalid(`"${tokens[next]?.text ?? ''}" is not ${word}`, word);
    next++;
  };

  const takeComparator = (): Comparator => {
    const token = take();
    if (token.kind === 'operator') return token.text === '<>' ? '!=' : (token.text as Comparator);
    const word = token.text.toUpperCase();
    if (token.kind === 'word') {
      if (word === 'LIKE' || word === 'ILIKE' || word === 'IN') return word;
      if (word === 'NOT') {
        takeWord('IN');
        return 'NOT IN';
      }
      if (word === 'IS') {
        const isNegated = isWord('NOT');
        if (isNegated) next++;
        takeWord('NULL');
        return isNegated ? 'IS NOT NULL' : 'IS NULL';
      }
    }
    next--;
    throw invalid(`"${token.text}" is no comparator`, comparators.join(' '));
  };
  const takeList = (): string[] => {
    const values: string[] = [];
    if (take().text !== '(') throw invalid('a list begins with (', "('a', 'b')");
    for (;;) {
      const token = take();
      if (token.kind !== 'text') throw invalid('a list holds quoted texts', "('a', 'b')");
      values.push(token.value);
      const after = take().text;
      if (after === ')') return values;
      if (after !== ',') throw invalid('the texts of a list are divided by commas', "('a', 'b')");
    }
  };
  const takeClause = (): Clause => {
    const token = take();
    const parts = token.kind === 'name' ? token.parts : [token.text];
    const identifier = token.kind === 'name' || token.kind === 'word' ? identifierOf(parts) : undefined;
    if (identifier === undefined) {
      next--;
      throw invalid(`"${token.text}" names nothing that can be searched`, entities.join('.KEY, '));
    }
    const comparator = takeComparator();
    if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { ...identifier, comparator };
    if (comparator === 'IN' || comparator === 'NOT IN')
      return { ...identifier, comparator, value: takeList() };
    const value = take();
    if (value.kind === 'text' || value.kind === 'number')
      return { ...identifier, comparator, value: value.value };
    next--;
    throw invalid(`"${value.text}" is no value; texts are quoted`, "a number or 'a text'");
  };

  while (next < tokens.length) {
    clauses.push(takeClause());
    if (next < tokens.length) takeWord('AND');
    else break;
    if (next === tokens.length) throw invalid('it ends with AND', 'another condition');
  }
  return clauses;
}
