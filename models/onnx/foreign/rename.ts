import type { ForeignGraph, ForeignNode } from './types.ts';

const prefix = 'given/';

/** What a tensor of the file is called after `rename`; an input or output that a node leaves out has no name. */
export const renamed = (name: string): string => (name === '' ? '' : prefix + name);

/**
 * Puts a prefix before every tensor of a graph and of the graphs within it, which see the outer one's, so that the
 * columns of a pipeline may stand beside them. Optional descriptions of tensors are dropped.
 */
export function rename(graph: ForeignGraph): void {
  for (const list of [graph.input, graph.output, graph.initializer])
    for (const one of list) one.name = renamed(one.name);
  for (const { values } of graph.sparseInitializer) if (values) values.name = renamed(values.name);
  graph.valueInfo = [];
  graph.quantizationAnnotation = [];
  graph.node.forEach(renameNode);
}

function renameNode(node: ForeignNode, index: number): void {
  node.name = `${prefix}${node.opType}_${index}`;
  node.input = node.input.map(renamed);
  node.output = node.output.map(renamed);
  for (const { g, graphs } of node.attribute)
    for (const graph of [g, ...(graphs ?? [])]) if (graph) rename(graph);
}
