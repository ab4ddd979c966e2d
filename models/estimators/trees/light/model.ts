import { z } from 'zod';
import { RelevoError } from '../../../../contracts/errors.ts';
import type { FittedModel } from '../../../../contracts/estimator.ts';
import { forms } from '../form.ts';
import { packedModel } from '../packed/model.ts';
import type { PackedForest } from '../packed/tree.ts';
import { readLightgbmText } from './text.ts';

/** A model's bytes: JSON with LightGBM's own text of each booster, which Python's `Booster(model_str=…)` reads. */
const savedSchema = z.strictObject({
  format: z.literal('relevo-lightgbm-1'),
  form: z.enum(forms),
  /** One, or one a quantile. */
  boosters: z.array(z.string()).min(1),
});
type SavedLight = z.infer<typeof savedSchema>;

export function lightModel(saved: Omit<SavedLight, 'format'>): FittedModel {
  const bytes = Buffer.from(JSON.stringify({ format: 'relevo-lightgbm-1', ...saved }));
  return packedModel(bytes, forestOf(saved));
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not such a model. */
export async function loadLightgbm(bytes: Uint8Array): Promise<FittedModel> {
  return packedModel(bytes.slice(), forestOf(parse(bytes)));
}

function parse(bytes: Uint8Array): SavedLight {
  try {
    return savedSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a LightGBM model', {}, { cause });
  }
}

function forestOf({ form, boosters }: Omit<SavedLight, 'format'>): PackedForest {
  const read = boosters.map(readLightgbmText);
  const [{ columns, perRound }] = read;
  const trees = read.flatMap(({ trees }, booster) =>
    trees.map((tree, at) => ({ ...tree, output: form === 'quantiles' ? booster : at % perRound })),
  );
  const sums = form === 'quantiles' ? boosters.length : perRound;
  return { reading: { form, base: new Array<number>(sums).fill(0) }, columns, trees };
}
