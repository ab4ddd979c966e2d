import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';
import { assemble, type FittedCandidate } from './candidate.ts';

const numbers = z.array(z.number());
const headerSchema = z.strictObject({
  format: z.literal(1),
  estimator: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  features: z.array(z.string()),
  steps: z.array(
    z.discriminatedUnion('step', [
      z.strictObject({ step: z.literal('impute'), state: z.strictObject({ medians: numbers }) }),
      z.strictObject({
        step: z.literal('scale'),
        state: z.strictObject({ means: numbers, deviations: numbers }),
      }),
    ]),
  ),
});

const lengthBytes = 4;

/** One file with the feature steps and the native model: header length (uint32, big-endian), JSON header, native bytes. */
export async function saveCandidate(candidate: FittedCandidate): Promise<Uint8Array> {
  const { estimator, params, features, steps } = candidate;
  const header = Buffer.from(JSON.stringify({ format: 1, estimator, params, features, steps }));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header, await candidate.model.save()]);
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not of `saveCandidate`. */
export async function loadCandidate(bytes: Uint8Array): Promise<FittedCandidate> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, headerEnd } = readHeader(buffer);
  const { estimator, params, features, steps } = header;
  const model = await estimatorByName(estimator).load(buffer.subarray(headerEnd));
  return assemble({ estimator, params, features, steps, model });
}

function readHeader(buffer: Buffer): { header: z.infer<typeof headerSchema>; headerEnd: number } {
  try {
    const headerEnd = lengthBytes + buffer.readUInt32BE(0);
    const header = headerSchema.parse(JSON.parse(buffer.toString('utf8', lengthBytes, headerEnd)));
    return { header, headerEnd };
  } catch (error) {
    throw new RelevoError(
      'ARTIFACT_CORRUPT',
      `The ${buffer.length} bytes are not a saved model`,
      { expected: 'a file of saveCandidate, format 1' },
      { cause: error },
    );
  }
}
