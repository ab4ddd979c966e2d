/** What the threads that do the algebra are asked, and what they answer. Structured-cloneable. */

/** Complete rows: features row-major, `rows × names.length`. */
export interface LinearRows {
  rows: number;
  names: string[];
  features: Float64Array;
  target: Float64Array;
  weights?: Float64Array;
}

/** Least squares, by what holds the coefficients back. */
export type LinearMethod =
  | { kind: 'least-squares' }
  /** Σ w·error² + α·Σ slope². */
  | { kind: 'ridge'; alpha: number }
  /** Σ w·error² / 2Σw + α·(l1Ratio·Σ |slope| + (1 − l1Ratio)/2·Σ slope²). */
  | { kind: 'elastic-net'; alpha: number; l1Ratio: number };

export type LinearTask = LinearMethod & { data: LinearRows; signs: Sign[] };

/** What the sign of a slope must be: 1 not negative, −1 not positive, 0 either. */
export type Sign = -1 | 0 | 1;

export interface LinearFit {
  names: string[];
  /** One per name; 0 where the column was dropped. */
  coefficients: number[];
  intercept: number;
  diagnostics?: Record<string, unknown>;
}

/** `null` stands for what cannot be computed, such as a standard error without degrees of freedom. */
export interface Diagnostics extends Record<string, unknown> {
  observations: number;
  residualDegreesOfFreedom: number;
  intercept: Coefficient;
  coefficients: (Coefficient & { name: string; varianceInflation: number | null })[];
  /** `constraint`: the best slope had the sign that is forbidden. */
  dropped: { name: string; reason: DropReason }[];
  residualStandardError: number | null;
  rSquared: number | null;
  adjustedRSquared: number | null;
  f: { value: number | null; p: number | null };
  /** About 2 where neighbouring residuals are unrelated. */
  durbinWatson: number | null;
  /** Koenker's studentized form; a small p speaks against constant variance. */
  breuschPagan: { lagrangeMultiplier: number | null; p: number | null };
  /** A small p speaks against normal residuals; `kurtosis` is 3 for a normal distribution. */
  jarqueBera: {
    value: number | null;
    p: number | null;
    skewness: number | null;
    kurtosis: number | null;
  };
  /** Of the columns with the intercept, unscaled. */
  conditionNumber: number | null;
  largestLeverage: { value: number | null; row: number };
  /** At most ten rows, by Cook's distance, largest first. */
  influential: InfluentialRow[];
  /** Normal quantiles against internally studentized residuals, at most 101 points, ascending. */
  quantiles: { theoretical: number[]; residual: number[] };
}
export type DropReason = 'constant' | 'collinear' | 'constraint';
export interface Coefficient {
  value: number;
  standardError: number | null;
  t: number | null;
  p: number | null;
}
export interface InfluentialRow {
  /** Position among the training rows. */
  row: number;
  leverage: number;
  /** Residual over its own standard error (internally studentized). */
  studentizedResidual: number;
  cooksDistance: number;
}

/** Classes as whole numbers 0 to `classes` − 1; those without rows of any weight get no coefficients. */
export interface ClassFit {
  names: string[];
  classes: number;
  /** Classes seen, ascending: all others have the probability 0. */
  present: number[];
}
export interface LogisticTask {
  data: LinearRows;
  classes: number;
  /** λ: the reciprocal of scikit-learn's C. */
  penalty: number;
}
export interface LogisticFit extends ClassFit {
  /** One row per class present; the first of two is 0. */
  coefficients: number[][];
  intercepts: number[];
  diagnostics: { newtonSteps: number; logLoss: number };
}
export interface OrdinalTask {
  data: LinearRows;
  classes: number;
  penalty: number;
}
export interface OrdinalFit extends ClassFit {
  coefficients: number[];
  /** Between one class present and the next, ascending. */
  thresholds: number[];
  diagnostics: { newtonSteps: number; logLoss: number };
}

/** Errors lose their class between threads, so a fault of the rows travels as data. */
export type FitAnswer<Fit> =
  | { state: 'done'; fit: Fit }
  | { state: 'missing'; name: string; row: number; value: number }
  | { state: 'overflow' }
  | { state: 'unsettled'; steps: number };
