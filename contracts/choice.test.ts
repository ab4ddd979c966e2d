import { describe, expect, it } from 'vitest';
import { chosenOf } from './choice.ts';

const candidate = (name: string, validationScore: number, logLoss?: number, standardError = 0.01) => ({
  name,
  validationScore,
  ...(logLoss !== undefined && { tie: { metric: 'logLoss' as const, score: logLoss, standardError } }),
});

describe('the choice among candidates', () => {
  it('is the best by the metric, the first of equals, where nothing breaks ties', () => {
    const candidates = [candidate('a', 0.7), candidate('b', 0.8), candidate('c', 0.8)];
    expect(chosenOf('macroF1', candidates).name).toBe('b');
    expect(chosenOf('rmse', candidates).name).toBe('a');
  });

  it('is the best by the tie-break of those within a standard error of the best', () => {
    const candidates = [
      candidate('far', 0.785, 0.1),
      candidate('near', 0.7905, 0.59),
      candidate('nearer', 0.795, 0.6),
      candidate('best', 0.8, 0.62),
    ];
    expect(chosenOf('macroF1', candidates).name).toBe('near');
    expect(chosenOf('macroF1', candidates.toReversed()).name).toBe('near');
  });

  it('measures by the error of the best, not by the wider one of another', () => {
    const candidates = [candidate('best', 0.8, 0.62, 0.001), candidate('unsure', 0.795, 0.59, 0.1)];
    expect(chosenOf('macroF1', candidates).name).toBe('best');
  });

  it('takes a tie-break where more is better as such', () => {
    const tie = (score: number) => ({ metric: 'rocAuc' as const, score, standardError: 1 });
    const candidates = [
      { name: 'a', validationScore: 0.5, tie: tie(0.7) },
      { name: 'b', validationScore: 0.6, tie: tie(0.9) },
    ];
    expect(chosenOf('logLoss', candidates).name).toBe('b');
  });
});
