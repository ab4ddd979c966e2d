import { autocorrelationTime } from './autocorrelation.ts';
import { countCells, numberCells, quantileCuts } from './cells.ts';
import { lumpRare } from './lump.ts';
import { upperNormalQuantile } from './normal.ts';
import { knownNumbers, prepare } from './prepare.ts';
import type { Categories, LossChange, LossRows, Values } from './types.ts';

const rounds = 5;
/** A cell's part is drawn to zero as if so many rows without any were in it. */
const drawnRows = 20;

/** One input, both sides cut into the same cells; the last cell is of missing values. */
interface CutInput {
  column: string;
  width: number;
  reference: Int32Array;
  current: Int32Array;
}

/**
 * Splits the change of the mean loss by what the loss of the reference was at each input: an additive model of it over
 * cells of the inputs (backfitting; T. Hastie and R. Tibshirani 1986) says what the current inputs alone would have
 * changed, input by input; the rest is a change at equal inputs (E. M. Kitagawa's decomposition, 1955).
 */
export function splitLossChange(
  reference: LossRows,
  current: LossRows,
): LossChange & { byColumn: Record<string, number> } {
  const total = mean(current.loss) - mean(reference.loss);
  const inputs = Object.entries(reference.inputs).flatMap(([column, values]) => {
    const other = current.inputs[column];
    return other === undefined ? [] : [cutInput(column, values, other)];
  });
  const parts = additiveParts(reference.loss, inputs);
  const byColumn: Record<string, number> = {};
  let covariate = 0;
  for (const [i, input] of inputs.entries()) {
    const shares = (cells: Int32Array) => countCells(cells, input.width).map((count) => count / cells.length);
    const [was, is] = [shares(input.reference), shares(input.current)];
    let moved = 0;
    for (const [cell, part] of parts[i].entries()) moved += (is[cell] - was[cell]) * part;
    byColumn[input.column] = moved;
    covariate += moved;
  }
  return { total, covariate, concept: total - covariate, byColumn };
}

/** Whether the mean loss rose by more than its noise at that level, neighbours alike or not. */
export function hasRisen(reference: Float64Array, current: Float64Array, level: number): boolean {
  const spread = (loss: Float64Array): number => {
    const prepared = prepare(loss);
    const centre = mean(loss);
    const variance = loss.reduce((sum, value) => sum + (value - centre) ** 2, 0) / loss.length;
    return (variance * autocorrelationTime(prepared.levels)) / loss.length;
  };
  const noise = Math.sqrt(spread(reference) + spread(current));
  return mean(current) - mean(reference) > upperNormalQuantile(level) * noise;
}

/** What each cell of each input adds to the loss; rows' mean of every input's parts is 0. */
function additiveParts(loss: Float64Array, inputs: readonly CutInput[]): Float64Array[] {
  const parts = inputs.map(({ width }) => new Float64Array(width));
  const centre = mean(loss);
  const rest = loss.map((value) => value - centre);
  for (let round = 0; round < rounds; round++)
    for (const [i, { reference, width }] of inputs.entries()) {
      const part = parts[i];
      const sums = new Float64Array(width);
      for (const [row, cell] of reference.entries()) sums[cell] += rest[row] + part[cell];
      const counts = countCells(reference, width);
      const next = sums.map((sum, cell) => sum / (counts[cell] + drawnRows));
      for (const [row, cell] of reference.entries()) rest[row] += part[cell] - next[cell];
      parts[i] = next;
    }
  return parts;
}

function cutInput(column: string, reference: Values, current: Values): CutInput {
  return reference instanceof Float64Array
    ? { column, ...cutNumbers(reference, current instanceof Float64Array ? current : new Float64Array()) }
    : { column, ...cutCategories(reference, current instanceof Float64Array ? noCategories : current) };
}

const noCategories: Categories = { codes: new Int32Array(), labels: [] };

function cutNumbers(reference: Float64Array, current: Float64Array): Omit<CutInput, 'column'> {
  const cuts = quantileCuts(knownNumbers(reference).slice().sort());
  const missing = cuts.length + 1;
  const cut = (values: Float64Array) =>
    numberCells(values, cuts).map((cell, row) => (Number.isFinite(values[row]) ? cell : missing));
  return { width: missing + 1, reference: cut(reference), current: cut(current) };
}

function cutCategories(reference: Categories, current: Categories): Omit<CutInput, 'column'> {
  const [was, is] = [prepare(reference), prepare(current)];
  if (was.prepared !== 'category' || is.prepared !== 'category') throw new TypeError('no categories');
  const rows = { reference: reference.codes.length, current: current.codes.length };
  const { byLabel, reference: cells } = lumpRare(was.counts, is.counts, rows);
  const missing = cells.length;
  const cut = ({ codes, labels }: Categories) => {
    const byCode = labels.map((label) => byLabel.get(label) ?? Math.max(0, missing - 1));
    return codes.map((code) => (code < 0 ? missing : byCode[code]));
  };
  return { width: missing + 1, reference: cut(reference), current: cut(current) };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}
