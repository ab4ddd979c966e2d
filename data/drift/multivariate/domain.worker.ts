import { type DomainDrift, domainDrift } from './domain.ts';
import type { Matrix } from './matrix.ts';

export interface DomainTask {
  reference: Matrix;
  current: Matrix;
  seed: number;
}

/** Entry of a pool thread: tells two samples apart by all inputs at once. */
export default ({ reference, current, seed }: DomainTask): DomainDrift =>
  domainDrift(reference, current, seed);
