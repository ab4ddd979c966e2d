export { calibrator, type LabelledProbabilities } from './calibrate.ts';
export { type EstimableMetric, estimableMetrics, estimateClassification } from './classification.ts';
export { type ExpectedLosses, estimateRegression, expectLosses } from './regression.ts';
