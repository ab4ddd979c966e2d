import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';
import { featureStepStateSchema } from '../features/index.ts';
import { assemble, type FittedCandidate } from './candidate.ts';
import { headStatesSchema } from './heads.ts';

const count = z.number().int().nonnegative();
const taskSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('regression') }),
  z.strictObject({ kind: z.literal('quantile'), levels: z.array(z.number()) }),
  z.strictObject({ kind: z.literal('classification'), classes: count, ordered: z.boolean() }),
]);
const headerSchema = z.strictObject({
  format: z.literal(2),
  estimator: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  features: z.array(z.string()),
  task: taskSchema,
  steps: z.array(featureStepStateSchema),
  heads: headStatesSchema,
  modelBytes: count,
  companion: z.strictObject({ estimator: z.string(), steps: z.array(featureStepStateSchema) }).optional(),
});

const lengthBytes = 4;

/**
 * One file with the feature steps, the heads and the native models: header length (uint32, big-endian), JSON header,
 * native bytes of the model, then of its companion, where it has one.
 */
export async function saveCandidate(candidate: FittedCandidate): Promise<Uint8Array> {
  const { estimator, params, features, task, steps, heads, companion } = candidate;
  const model = await candidate.model.save();
  const header: z.input<typeof headerSchema> = {
    format: 2,
    estimator,
    params,
    features,
    task,
    steps,
    heads,
    modelBytes: model.length,
    companion: companion && { estimator: companion.estimator, steps: companion.steps },
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(headerBytes.length);
  return Buffer.concat([length, headerBytes, model, ...(companion ? [await companion.model.save()] : [])]);
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not of `saveCandidate`. */
export async function loadCandidate(bytes: Uint8Array): Promise<FittedCandidate> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, headerEnd } = readHeader(buffer);
  const { format: _, modelBytes, companion: second, ...parts } = header;
  const modelEnd = headerEnd + modelBytes;
  const model = await estimatorByName(parts.estimator).load(buffer.subarray(headerEnd, modelEnd));
  try {
    const companion = second && {
      ...second,
      model: await estimatorByName(second.estimator).load(buffer.subarray(modelEnd)),
    };
    return assemble({ ...parts, model, companion });
  } catch (error) {
    model.dispose?.();
    throw error;
  }
}

function readHeader(buffer: Buffer): { header: z.output<typeof headerSchema>; headerEnd: number } {
  try {
    const headerEnd = lengthBytes + buffer.readUInt32BE(0);
    const header = headerSchema.parse(JSON.parse(buffer.toString('utf8', lengthBytes, headerEnd)));
    return { header, headerEnd };
  } catch (error) {
    throw new RelevoError(
      'ARTIFACT_CORRUPT',
      `The ${buffer.length} bytes are not a saved model`,
      { expected: 'a file of saveCandidate, format 2' },
      { cause: error },
    );
  }
}
