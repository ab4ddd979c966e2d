export { comparisonHtml } from './comparison.ts';
export { edaHtml } from './summary.ts';
