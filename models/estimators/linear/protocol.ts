/** What the thread that does the algebra is asked, and what it answers. Structured-cloneable. */

/** Complete rows: features row-major, `rows × names.length`. */
export interface LinearRows {
  rows: number;
  names: string[];
  features: Float64Array;
  target: Float64Array;
  weights?: Float64Array;
}

export type LinearTask =
  | { kind: 'least-squares'; data: LinearRows }
  | { kind: 'ridge'; data: LinearRows; alpha: number };

export interface LinearFit {
  names: string[];
  /** One per name; 0 where the column was dropped. */
  coefficients: number[];
  intercept: number;
  diagnostics?: Diagnostics;
}

/** `null` stands for what cannot be computed, such as a standard error without degrees of freedom. */
export interface Diagnostics extends Record<string, unknown> {
  observations: number;
  residualDegreesOfFreedom: number;
  intercept: Coefficient;
  coefficients: (Coefficient & { name: string; varianceInflation: number | null })[];
  dropped: { name: string; reason: 'constant' | 'collinear' }[];
  residualStandardError: number | null;
  rSquared: number | null;
  adjustedRSquared: number | null;
  f: { value: number | null; p: number | null };
  /** About 2 where neighbouring residuals are unrelated. */
  durbinWatson: number | null;
  /** Koenker's studentized form; a small p speaks against constant variance. */
  breuschPagan: { lagrangeMultiplier: number | null; p: number | null };
  /** Of the columns with the intercept, unscaled. */
  conditionNumber: number | null;
  largestLeverage: { value: number | null; row: number };
}
export interface Coefficient {
  value: number;
  standardError: number | null;
  t: number | null;
  p: number | null;
}

/** Errors lose their class between threads, so a fault of the rows travels as data. */
export type LinearAnswer =
  | { state: 'done'; fit: LinearFit }
  | { state: 'missing'; name: string; row: number; value: number }
  | { state: 'overflow' };
