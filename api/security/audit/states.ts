import type { Registry } from '../../../registry/types.ts';
import type { RouteFacts } from '../route-facts.ts';

/** Reads what a change is about, where the registry has it. */
export type StateReader = (route: RouteFacts) => Promise<unknown>;

/** A state that cannot be read is none: the change itself says what is wrong. */
export function stateReader({
  models,
  breakers,
  alerts,
}: Pick<Registry, 'models' | 'breakers' | 'alerts'>): StateReader {
  const readers: Record<string, StateReader> = {
    promote: ({ pipeline = '' }) => models.aliases(pipeline),
    rollback: ({ pipeline = '' }) => models.aliases(pipeline),
    breaker: ({ pipeline = '' }) => breakers.get(pipeline),
    acknowledge: ({ parameters }) => alerts.get(parameters.id ?? ''),
    silence: ({ parameters }) => alerts.get(parameters.id ?? ''),
  };
  return async (route) => {
    const action = route.pattern.split('/').at(-1) ?? '';
    const read = Object.hasOwn(readers, action) ? readers[action] : undefined;
    return read?.(route).catch(() => undefined);
  };
}
