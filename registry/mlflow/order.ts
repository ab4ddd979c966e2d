import { RelevoError } from '../../contracts/errors.ts';
import { type Entity, identifierOf } from './filter.ts';
import { tokensOf } from './filter-tokens.ts';

export interface Order {
  entity: Entity;
  key: string;
  descending: boolean;
}

/** Reads an entry of `order_by`: `metrics.rmse DESC`, `start_time`. @throws RelevoError REQUEST_INVALID */
export function parseOrder(text: string): Order {
  const [name, direction, ...rest] = tokensOf(text);
  const parts = name?.kind === 'name' ? name.parts : name?.kind === 'word' ? [name.text] : undefined;
  const identifier = parts && identifierOf(parts);
  const way = direction === undefined ? 'ASC' : direction.text.toUpperCase();
  if (identifier === undefined || rest.length > 0 || (way !== 'ASC' && way !== 'DESC')) {
    throw new RelevoError('REQUEST_INVALID', `Invalid order_by: "${text.slice(0, 80)}"`, {
      field: 'order_by',
      value: text.slice(0, 80),
      expected: 'such as "metrics.rmse DESC" or "start_time ASC"',
    });
  }
  return { ...identifier, descending: way === 'DESC' };
}
