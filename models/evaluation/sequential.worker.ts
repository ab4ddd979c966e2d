import { confidenceSequence, type SequentialResult } from './sequential.ts';

export interface SequentialTask {
  differences: Float64Array;
  level: number;
}

export default ({ differences, level }: SequentialTask): SequentialResult =>
  confidenceSequence(differences, level);
