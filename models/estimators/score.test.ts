import { describe, expect, it } from 'vitest';
import type { LabelledRows, Task } from '../../contracts/estimator.ts';
import { checkRows, checkTask, refuseConstraints } from './checks.ts';
import { taskLoss } from './score.ts';
import { errorOf, matrixOf } from './testing.ts';

const classes: Task = { kind: 'classification', classes: 3, ordered: false };

describe('the loss of a task', () => {
  it('is the root mean square error of numbers, by weight', () => {
    expect(taskLoss({ kind: 'regression' }, [1, 2, 9], [1, 4, 0], [1, 3, 0])).toBeCloseTo(Math.sqrt(3), 12);
  });

  it('is the mean pinball loss of quantiles', () => {
    // scikit-learn's mean_pinball_loss of the target 10 at 0.1: 0.1·2 and at 0.9: 0.1·3.
    const loss = taskLoss({ kind: 'quantile', levels: [0.1, 0.9] }, [8, 13], [10]);
    expect(loss).toBeCloseTo((0.2 + 0.3) / 2, 12);
  });

  it('is the log-loss of probabilities, by weight', () => {
    const loss = taskLoss(classes, [0.5, 0.25, 0.25, 0, 0.2, 0.8], [0, 2], [1, 3]);
    expect(loss).toBeCloseTo((-Math.log(0.5) - 3 * Math.log(0.8)) / 4, 12);
  });

  it('is finite where a class was thought impossible', () => {
    expect(taskLoss(classes, [1, 0, 0], [2])).toBeCloseTo(-Math.log(Number.EPSILON), 12);
  });
});

describe('rows that no estimator takes', () => {
  const features = matrixOf([[0], [1]]);
  it.each([3, -1, 0.5])('the class %s of three', (label) => {
    const rows: LabelledRows = { features, target: Float64Array.of(0, label) };
    expect(errorOf(() => checkRows(rows, classes))).toMatchObject({
      code: 'TRAINING_FAILED',
      details: { field: 'target', value: label, expected: 'a class index, 0 to 2', where: 'row 1' },
    });
    expect(() => checkRows(rows)).not.toThrow();
  });
});

it('names the kind of task that an estimator does not learn', () => {
  expect(errorOf(() => checkTask('ridge', ['regression'], classes))).toMatchObject({
    code: 'PIPELINE_INVALID',
    details: { value: 'ridge', expected: expect.stringContaining('regression') },
  });
});

it('refuses constraints that ask something, and only those', () => {
  expect(() => refuseConstraints('knn', undefined)).not.toThrow();
  expect(() => refuseConstraints('knn', { monotone: {}, interactions: [] })).not.toThrow();
  expect(errorOf(() => refuseConstraints('knn', { interactions: [['a', 'b']] }))).toMatchObject({
    code: 'PIPELINE_INVALID',
    details: { field: 'constraints.interactions', value: 'knn' },
  });
});
