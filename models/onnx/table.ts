import type { Expression } from '../../contracts/expression.ts';
import type { TensorName } from '../../contracts/onnx.ts';
import { compileValue } from './expression.ts';
import type { OnnxGraphBuilder } from './graph.ts';
import { asNumber, type Compiler, perRow, settledTensor } from './value.ts';

/**
 * Adds the nodes of expressions as numbers side by side, `[N, expressions.length]`; every infinity counts as missing.
 * @throws RelevoError EXPRESSION_INVALID as `compileExpression` does.
 */
export function compileTable(
  graph: OnnxGraphBuilder,
  expressions: Expression[],
  inputs: Record<string, TensorName>,
): TensorName {
  const c = { graph, inputs };
  const blocks = blocksOf(c, expressions).map((block) =>
    'flags' in block
      ? flagTable(graph, inputs[block.column], block.flags)
      : perRow(c, asNumber(c, block.expression, compileValue(c, block.expression))),
  );
  return settledTensor(graph, graph.node('Concat', blocks, { axis: { int: 1 } })[0]);
}

interface Flag {
  column: string;
  value: string;
}
type Block = { expression: Expression } | { column: string; flags: string[] };

/** Neighbours that ask one text column for different values are one block: two nodes for all of them. */
function blocksOf(c: Compiler, expressions: Expression[]): Block[] {
  const blocks: Block[] = [];
  for (const expression of expressions) {
    const flag = flagOf(c, expression);
    const last = blocks.at(-1);
    if (flag === undefined) blocks.push({ expression });
    else if (last !== undefined && 'flags' in last && last.column === flag.column)
      last.flags.push(flag.value);
    else blocks.push({ column: flag.column, flags: [flag.value] });
  }
  return blocks;
}

/** What an expression asks of which text column, where it is 1 or 0 for whether the column has a value. */
function flagOf({ graph, inputs }: Compiler, expression: Expression): Flag | undefined {
  const asked = conditionOf(expression);
  if (asked.op !== 'equals' || asked.left.op !== 'column' || asked.right.op !== 'text') return undefined;
  const [{ name: column }, { value }] = [asked.left, asked.right];
  const isText = Object.hasOwn(inputs, column) && graph.elementOf(inputs[column]) === 'string';
  // An empty text is a missing one, which equals nothing.
  return isText && value !== '' ? { column, value } : undefined;
}

const conditionOf = (expression: Expression): Expression =>
  expression.op === 'where' && isNumber(expression.whenTrue, 1) && isNumber(expression.whenFalse, 0)
    ? expression.condition
    : expression;
const isNumber = (expression: Expression, value: number): boolean =>
  expression.op === 'number' && expression.value === value;

function flagTable(graph: OnnxGraphBuilder, column: TensorName, values: string[]): TensorName {
  const [isEqual] = graph.node('Equal', [column, graph.constant('string', values, [1, values.length])]);
  return graph.cast(isEqual, 'double');
}
