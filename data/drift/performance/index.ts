export { calibrator, type LabelledProbabilities } from './calibrate.ts';
export { estimableMetrics, estimateClassification } from './classification.ts';
export { estimateRegression, expectLosses } from './regression.ts';
