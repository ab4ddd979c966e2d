import type { Frame } from '../../../contracts/frame.ts';
import { classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import { rawColumns } from '../../../models/training/columns.ts';
import { prepareTrainingSet } from '../../../models/training/prepare.ts';
import type { PreparedRows, TrainingSet } from '../../../models/training/rows.ts';

/** Cells of a row as text, '' where missing. */
export type Cells = string[];

export interface Ambiguity {
  rows: number;
  /** Rows that are the same as an earlier one, target included. */
  repeats: number;
  /** Groups of equal inputs with different targets, and the rows in them. */
  contradictions: { groups: number; rows: number };
  /** Share of these rows that the best rule of the inputs alone would answer rightly: no model of them can do better. */
  highestAccuracy: number;
}

/** The cells of the named columns, row by row. */
export function cellsOf(frame: Frame, names: string[]): Cells[] {
  const columns = rawColumns(frame, names);
  return Array.from({ length: frame.rows }, (_, row) =>
    names.map((name) => {
      const value = columns[name][row];
      return typeof value === 'number' && Number.isNaN(value) ? '' : String(value);
    }),
  );
}

/** How far rows repeat and contradict one another. @param targets one per row of `inputs`. */
export function ambiguityOf(inputs: Cells[], targets: string[]): Ambiguity {
  const groups = new Map<string, Map<string, number>>();
  inputs.forEach((cells, row) => {
    const key = JSON.stringify(cells);
    const counts = groups.get(key) ?? new Map<string, number>();
    counts.set(targets[row], (counts.get(targets[row]) ?? 0) + 1);
    groups.set(key, counts);
  });
  const counts = [...groups.values()].map((group) => [...group.values()]);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const contradicting = counts.filter((group) => group.length > 1);
  return {
    rows: inputs.length,
    repeats: inputs.length - counts.flat().length,
    contradictions: { groups: contradicting.length, rows: sum(contradicting.flat()) },
    highestAccuracy: sum(counts.map((group) => Math.max(...group))) / inputs.length,
  };
}

/**
 * The clean row that each dirty row is, where they stand in the same order: the next one that agrees with it in all
 * that it says. A row beyond the last is a repeat, and is the first one that agrees; −1 where none does.
 */
export function cleanRowsOf(dirty: Cells[], clean: Cells[]): Int32Array {
  const agrees = (cells: Cells, row: number): boolean =>
    cells.every((cell, column) => cell === '' || cell === clean[row][column]);
  const from = (start: number, cells: Cells): number => {
    for (let row = start; row < clean.length; row++) if (agrees(cells, row)) return row;
    return -1;
  };
  let next = 0;
  return Int32Array.from(dirty, (cells) => {
    const inOrder = from(next, cells);
    if (inOrder < 0) return from(0, cells);
    next = inOrder + 1;
    return inOrder;
  });
}

/** All rows of a frame, in its order, to cross-validate over. The three sides must not be empty; folds join them. */
export async function allRows(spec: PipelineSpec, frame: Frame): Promise<TrainingSet> {
  const ids = [...frame.rowIds];
  const [train, validation] = [ids.slice(0, -2), ids.slice(-2)];
  return await prepareTrainingSet(spec, frame, { train, validation, test: validation });
}

/** The same question with two answers: the lower half of the ordered classes, or the upper one. */
export function twoClasses(
  spec: PipelineSpec,
  { train, validation, test }: TrainingSet,
): { spec: PipelineSpec; set: TrainingSet } {
  const classes = classesOf(spec);
  const half = classes.length / 2;
  const values = [classes.slice(0, half).join(' or '), classes.slice(half).join(' or ')];
  const target = spec.columns[spec.target];
  if (target.kind !== 'category') throw new Error(`${spec.target} has no classes`);
  const halved = (rows: PreparedRows): PreparedRows => {
    const upper = rows.target.map((index) => Number(index >= half));
    return { ...rows, target: upper, residual: upper };
  };
  return {
    spec: { ...spec, columns: { ...spec.columns, [spec.target]: { ...target, values } } },
    set: { train: halved(train), validation: halved(validation), test: halved(test) },
  };
}
