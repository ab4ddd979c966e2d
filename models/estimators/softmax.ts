/** Turns rows of logits, row-major, into probabilities, in place. */
export function softmaxRows(logits: Float64Array, classes: number): Float64Array {
  for (let start = 0; start < logits.length; start += classes) {
    let largest = -Infinity;
    for (let k = start; k < start + classes; k++) largest = Math.max(largest, logits[k]);
    let total = 0;
    for (let k = start; k < start + classes; k++) {
      logits[k] = Math.exp(logits[k] - largest);
      total += logits[k];
    }
    for (let k = start; k < start + classes; k++) logits[k] /= total;
  }
  return logits;
}
