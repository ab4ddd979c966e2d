import { attributeTypes, elementTypes } from '../proto.ts';
import type { ForeignGraph, ForeignNode, ForeignTask, Initializer, ValueInfo } from './types.ts';
import { unfit } from './unfit.ts';

type Column = ForeignTask['columns'][number];

/** Element types that a number can be cast to: float, ints, bool, double, unsigned ints. */
const numeric = new Set([1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13]);

/** A node of ONNX's own operators with one output, by which it is named. */
export const node = (
  opType: string,
  input: string[],
  output: string,
  attribute: (ForeignNode['attribute'][number] & { i?: number })[] = [],
): ForeignNode => ({ opType, input, output: [output], attribute, domain: '', name: `relevo/${output}` });

export const intAttribute = (name: string, i: number) => ({ name, type: attributeTypes.int, i });

/** A tensor of any number of rows. @param elemType of `TensorProto.DataType`. */
export const columnInfo = (name: string, elemType: number, width = 1): ValueInfo => ({
  name,
  type: { tensorType: { elemType, shape: { dim: [{ dimParam: 'N' }, { dimValue: width }] } } },
});

/** Feeds the inputs of the file from the columns of the pipeline, and makes those the inputs. */
export function readColumns(graph: ForeignGraph, given: ValueInfo[], about: ForeignTask): ForeignNode[] {
  const used = new Map<string, Column>();
  const nodes: ForeignNode[] = [];
  const [only] = given;
  const table = given.length === 1 && tableColumns(only, about);
  if (table) nodes.push(...feedTable(only, table));
  else
    for (const input of given) {
      const column = about.columns.find(({ name }) => name === nameOf(input));
      if (column === undefined) throw unknownInput(input, given, about);
      nodes.push(...feedColumn(input, column));
      used.set(column.name, column);
    }
  for (const column of table || []) used.set(column.name, column);
  graph.input = [...used.values()].map(({ name, kind }) =>
    columnInfo(name, kind === 'category' ? elementTypes.string : elementTypes.double),
  );
  return nodes;
}

/** As the file has it: the prefix is ours. */
const nameOf = ({ name }: ValueInfo): string => name.replace(/^given\//, '');

const elementOf = ({ type }: ValueInfo): number => type?.tensorType?.elemType ?? 0;

/** The second dimension where it is known, 1 of a list, undefined where the file leaves it open. */
function widthOf({ type }: ValueInfo): { rank: number | undefined; width: number | undefined } {
  const dims = type?.tensorType?.shape?.dim;
  if (dims === undefined) return { rank: undefined, width: undefined };
  const width = dims.length === 1 ? 1 : Number(String(dims[1]?.dimValue ?? 0));
  return { rank: dims.length, width: width > 0 ? width : undefined };
}

/** The columns of an input that takes all of them at once; undefined where it is one column. */
function tableColumns(input: ValueInfo, about: ForeignTask): Column[] | undefined {
  const { rank, width } = widthOf(input);
  const isColumn = about.columns.some(({ name }) => name === nameOf(input));
  if (isColumn && (width === 1 || rank === 1)) return undefined;
  if (rank !== undefined && rank !== 2)
    throw unfit(
      `The input "${nameOf(input)}" has ${rank} dimensions`,
      nameOf(input),
      rank,
      'rows and columns',
    );
  const names = about.features ?? about.columns.map(({ name }) => name);
  if (width !== undefined && width !== names.length)
    throw unfit(
      `The input "${nameOf(input)}" takes ${width} columns, and ${names.length} are named`,
      'features',
      names.join(', '),
      `${width} of the pipeline's columns, in the signature or the tag relevo.features`,
    );
  return names.map((name) => {
    const column = about.columns.find((one) => one.name === name);
    if (column === undefined)
      throw unfit(
        `The model reads "${name}", which is no input of ${about.pipeline}`,
        'features',
        name,
        about.columns.map((one) => one.name).join(', '),
      );
    return column;
  });
}

function feedTable(input: ValueInfo, columns: Column[]): ForeignNode[] {
  const parts = columns.map((_, at) => `relevo/column${at}`);
  const casts = columns.map((column, at) => castColumn(input, column, parts[at]));
  return [...casts, node('Concat', parts, input.name, [intAttribute('axis', 1)])];
}

function feedColumn(input: ValueInfo, column: Column): ForeignNode[] {
  if (widthOf(input).rank !== 1) return [castColumn(input, column, input.name)];
  const flat = `relevo/flat/${column.name}`;
  return [castColumn(input, column, flat), node('Reshape', [flat, listShape.name], input.name)];
}

/** What `Reshape` makes a list of; an initializer of every graph that is adapted. */
export const listShape: Initializer = {
  name: 'relevo/list',
  dims: [1],
  dataType: elementTypes.int64,
  int64Data: [-1],
};

function castColumn(input: ValueInfo, { name, kind }: Column, output: string): ForeignNode {
  const element = elementOf(input);
  const wanted = element === elementTypes.string ? 'category' : numeric.has(element) ? 'number' : undefined;
  if (wanted !== kind)
    throw unfit(
      `The input "${nameOf(input)}" cannot take the ${kind} column "${name}"`,
      nameOf(input),
      element,
      kind === 'category' ? 'texts: encode categories within the model' : 'numbers',
    );
  const isAsItIs = element === elementTypes.string || element === elementTypes.double;
  return isAsItIs
    ? node('Identity', [name], output)
    : node('Cast', [name], output, [intAttribute('to', element)]);
}

const unknownInput = (input: ValueInfo, given: ValueInfo[], { columns, pipeline }: ForeignTask) =>
  unfit(
    `The model's input "${nameOf(input)}" is no column of ${pipeline}`,
    'inputs',
    given.map(nameOf).join(', '),
    `one table, or inputs named ${columns.map(({ name }) => name).join(', ')}`,
  );
