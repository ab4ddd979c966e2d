import { type Matrix, rowOf } from './matrix.ts';

/** Inputs up to which all their products are terms too, and their squares. */
const mostForProducts = 8;
const mostForSquares = 40;
/** Deviations to which inputs are cut before they are squared. */
const farthest = 6;

/** The inputs, their squares and, where they are few, their products. */
export function withTerms(matrix: Matrix): Matrix {
  const { rows, width } = matrix;
  if (width > mostForSquares) return matrix;
  const reach = width > mostForProducts ? 1 : width;
  const terms: number[] = [];
  for (let row = 0; row < rows; row++) {
    const inputs = rowOf(matrix, row).map((value) => Math.max(-farthest, Math.min(value, farthest)));
    terms.push(...inputs);
    for (let i = 0; i < width; i++)
      for (let j = i; j < Math.min(width, i + reach); j++) terms.push(inputs[i] * inputs[j]);
  }
  return { rows, width: terms.length / rows, values: Float64Array.from(terms) };
}
