import type { ContestRoute } from '../../../contracts/contest.ts';
import type { ServedModel } from '../served-model.ts';
import { inShare } from './share.ts';

/** A challenger that sees traffic. */
export interface Contender {
  route: ContestRoute;
  model: ServedModel;
}

/** The models that may answer for a pipeline now. */
export interface Lineup {
  champion: ServedModel;
  contenders: readonly Contender[];
}

/** What a request's rows are in: a canary where any challenger may answer, else a shadow; undefined without a contest. */
export function stageOf({ contenders }: Lineup): ContestRoute['stage'] | undefined {
  if (contenders.length === 0) return undefined;
  return contenders.some(({ route }) => route.stage === 'canary') ? 'canary' : 'shadow';
}

/** The model that answers for a key: the first challenger in whose share it is, else the champion. */
export function assigned({ champion, contenders }: Lineup, key: string): ServedModel {
  for (const { route, model } of contenders)
    if (route.stage === 'canary' && inShare(key, route.salt, route.share)) return model;
  return champion;
}

/** Some rows of a request, by their place in it, and the model that answers them. */
export interface Part {
  model: ServedModel;
  places: number[];
}

/** Divides a request's rows among the models, each by its own key. */
export function divide(lineup: Lineup, rows: number, keyOf: (place: number) => string): Part[] {
  const parts = new Map<ServedModel, number[]>();
  const models = new Map<string, ServedModel>();
  for (let place = 0; place < rows; place++) {
    const key = keyOf(place);
    const model = models.get(key) ?? assigned(lineup, key);
    models.set(key, model);
    const places = parts.get(model);
    if (places) places.push(place);
    else parts.set(model, [place]);
  }
  return [...parts].map(([model, places]) => ({ model, places }));
}

/** The models that do not answer and are asked all the same. */
export const listenersOf = ({ champion, contenders }: Lineup, answering: ServedModel): ServedModel[] =>
  [champion, ...contenders.map(({ model }) => model)].filter((model) => model !== answering);
