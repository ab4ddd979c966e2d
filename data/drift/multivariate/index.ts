export { aucTest, domainDrift } from './domain.ts';
export { hotelling, mahalanobis } from './hotelling.ts';
export type { Matrix } from './matrix.ts';
export { linearMmd, mmd } from './mmd.ts';
export { domainDriftOnThread } from './on-thread.ts';
export { reconstruction } from './reconstruction.ts';
