import type { TensorName } from '../../../contracts/onnx.ts';
import type { Lane } from './lanes.ts';

/** Lanes of one key side by side: one node that computes `[N, lanes.length]`. */
export interface Pack {
  key: string;
  lanes: readonly Lane[];
}

/** Which pack every lane is in, by the tensor that the lane computes. */
export type Packs = ReadonlyMap<TensorName, Pack>;

export const outputOf = ({ node }: Lane): TensorName => node.outputs[0];

/** Every lane alone. */
export const alone = (lanes: readonly Lane[]): Packs =>
  new Map(lanes.map((lane) => [outputOf(lane), { key: lane.key, lanes: [lane] }]));

/**
 * The packs with some of one key joined, and with what feeds those joined as well, wherever an operand of each is the
 * whole of another pack: superword-level parallelism (Larsen & Amarasinghe 2000), from results to operands. That a pack
 * then waits for itself is for the layout to see.
 */
export function joined(packs: Packs, some: readonly Pack[]): Packs {
  const result = new Map(packs);
  joinInto(result, some);
  return result;
}

function joinInto(packs: Map<TensorName, Pack>, some: readonly Pack[]): void {
  const [{ key }] = some;
  if (new Set(some).size !== some.length || some.some((pack) => pack.key !== key)) return;
  const lanes = some.flatMap((pack) => pack.lanes);
  const pack = { key, lanes };
  for (const lane of lanes) packs.set(outputOf(lane), pack);
  for (const place of lanes[0].node.inputs.keys()) {
    const feeding = some.map((each) => feeder(packs, each, place));
    if (feeding.every((each) => each !== undefined)) joinInto(packs, feeding);
  }
}

/** The pack that is, whole and in order, one operand of another. */
function feeder(packs: Packs, { lanes }: Pack, place: number): Pack | undefined {
  const operands = lanes.map(({ node }) => node.inputs[place]);
  const pack = packs.get(operands[0]);
  if (pack?.lanes.length !== operands.length) return undefined;
  return pack.lanes.every((lane, i) => outputOf(lane) === operands[i]) ? pack : undefined;
}
