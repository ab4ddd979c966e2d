const decay = 0.9;
const squareDecay = 0.999;
const epsilon = 1e-8;

/** What Adam remembers of the gradients so far, by parameter. */
export interface Moments {
  means: Float64Array;
  squares: Float64Array;
}

/**
 * Moves the parameters one step down the gradient, in place.
 * @param step counts from 1.
 * Reference: Kingma and Ba, Adam, ICLR 2015, with the order of operations at the end of its section 2.
 */
export function adamStep(
  parameters: Float64Array,
  gradient: Float64Array,
  { means, squares }: Moments,
  step: number,
  learningRate: number,
): void {
  const rate = (learningRate * Math.sqrt(1 - squareDecay ** step)) / (1 - decay ** step);
  for (let i = 0; i < parameters.length; i++) {
    means[i] = decay * means[i] + (1 - decay) * gradient[i];
    squares[i] = squareDecay * squares[i] + (1 - squareDecay) * gradient[i] ** 2;
    parameters[i] -= (rate * means[i]) / (Math.sqrt(squares[i]) + epsilon);
  }
}
