import { z } from 'zod';

const perClass = z.array(z.number());

/**
 * What makes calibrated probabilities of a model's own. Parameters are per class, one against the rest; of two
 * classes, only the second has them.
 */
export const calibrationStateSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  /** p′ = 1 / (1 + exp(−(slope·logit(p) + intercept))). */
  z.strictObject({ method: z.literal('platt'), slopes: perClass, intercepts: perClass }),
  /** Straight lines between points (x, y), both rising; level outside. */
  z.strictObject({
    method: z.literal('isotonic'),
    knots: z.array(z.strictObject({ x: perClass, y: perClass })),
  }),
  /** p′ ∝ p^(1 / temperature). */
  z.strictObject({ method: z.literal('temperature'), temperature: z.number().positive() }),
  /** p′ ∝ p^(1 / temperature) · exp(bias), one bias per class, of two classes too. */
  z.strictObject({
    method: z.literal('bias-corrected'),
    temperature: z.number().positive(),
    biases: perClass,
  }),
]);
export type CalibrationState = z.infer<typeof calibrationStateSchema>;
export type CalibrationMethod = CalibrationState['method'];

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
export const leastProbability = 1e-15;

/** Classes that have a calibrator of their own: of two, the second; the first gets the rest. */
export const calibratedClasses = (classes: number): number[] =>
  classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);

/** The log-odds of a probability, which is first kept `leastProbability` away from 0 and 1: always finite. */
export const logit = (probability: number): number => {
  const inside = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
  return Math.log(inside / (1 - inside));
};
