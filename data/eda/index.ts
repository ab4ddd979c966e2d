export { edaComparison } from './compare.ts';
export { edaSummary } from './summary.ts';
