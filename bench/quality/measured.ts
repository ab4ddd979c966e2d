/** What a bench of one pipeline gives: the result for machines, and for people. */
export interface Measured {
  result: object;
  text: string;
}
