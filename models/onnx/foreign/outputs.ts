import { elementTypes } from '../proto.ts';
import { columnInfo, intAttribute, node } from './inputs.ts';
import type { ForeignGraph, ForeignNode, ForeignTask, Initializer, ValueInfo } from './types.ts';
import { unfit } from './unfit.ts';

const numbers = new Set([1, 6, 7, 10, 11]);
const isNumbers = ({ type }: ValueInfo): boolean => numbers.has(type?.tensorType?.elemType ?? 0);
const utf8 = new TextEncoder();

/** What is added to the graph so that it answers as the models of the pipeline do. */
export interface Answering {
  nodes: ForeignNode[];
  initializers: Initializer[];
  /** The tensor of the file that is answered with, for the comparison. */
  answered: string;
  /** Which of its columns become the answer's, in order; all of them where absent. */
  order?: number[];
}

/** Makes `prediction` (and `label`) the graph's outputs. @throws RelevoError MLFLOW_MODEL_UNFIT */
export const answer = (graph: ForeignGraph, about: ForeignTask): Answering =>
  about.task === 'classification' ? answerClasses(graph, about) : answerValue(graph);

function answerValue(graph: ForeignGraph): Answering {
  const said = graph.output.find(isNumbers);
  if (said === undefined)
    throw unfit('The model has no output of numbers', 'outputs', namesOf(graph), 'one number per row');
  graph.output = [columnInfo('prediction', elementTypes.double)];
  return {
    answered: said.name,
    initializers: [{ name: 'relevo/column', dims: [2], dataType: elementTypes.int64, int64Data: [-1, 1] }],
    nodes: [
      node('Reshape', [said.name, 'relevo/column'], 'relevo/value'),
      node('Cast', ['relevo/value'], 'prediction', [intAttribute('to', elementTypes.double)]),
    ],
  };
}

function answerClasses(graph: ForeignGraph, about: ForeignTask): Answering {
  const { tensor, classes: told } = probabilitiesOf(graph);
  const known = about.modelClasses ?? told ?? classesNamed(graph);
  const order = about.classes.map((name) => known?.indexOf(name) ?? -1);
  if (known === undefined || known.length !== about.classes.length || order.includes(-1))
    throw unfit(
      `The model tells ${known?.join(', ') ?? 'unnamed classes'} apart`,
      'classes',
      known ?? null,
      `the classes ${about.classes.join(', ')}; the tag relevo.classes names them where the file does not`,
    );
  const { length } = about.classes;
  graph.output = [
    columnInfo('prediction', elementTypes.double, length),
    columnInfo('label', elementTypes.string),
  ];
  const names = about.classes.map((name) => utf8.encode(name));
  return {
    answered: tensor,
    order,
    initializers: [
      { name: 'relevo/order', dims: [length], dataType: elementTypes.int64, int64Data: order },
      { name: 'relevo/classes', dims: [length, 1], dataType: elementTypes.string, stringData: names },
    ],
    nodes: [
      node('Gather', [tensor, 'relevo/order'], 'relevo/ordered', [intAttribute('axis', 1)]),
      node('Cast', ['relevo/ordered'], 'prediction', [intAttribute('to', elementTypes.double)]),
      node('ArgMax', ['relevo/ordered'], 'relevo/best', [
        intAttribute('axis', 1),
        intAttribute('keepdims', 0),
      ]),
      node('Gather', ['relevo/classes', 'relevo/best'], 'label', [intAttribute('axis', 0)]),
    ],
  };
}

/** The tensor of probabilities; where they are put into maps at the end, what goes into those. */
function probabilitiesOf(graph: ForeignGraph): { tensor: string; classes?: string[] } {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const zip = graph.node.find(({ opType, output }) => opType === 'ZipMap' && outputs.has(output[0]));
  if (zip !== undefined) {
    graph.node = graph.node.filter((one) => one !== zip);
    return { tensor: zip.input[0], classes: labelsOf(zip) };
  }
  const said = graph.output.find((one) => isNumbers(one) && one.type?.tensorType?.shape?.dim.length === 2);
  if (said !== undefined) return { tensor: said.name };
  throw unfit(
    'The model has no output of probabilities',
    'outputs',
    namesOf(graph),
    'one number per class and row',
  );
}

/** The classes that the classifiers in the file name, where they agree. */
function classesNamed(graph: ForeignGraph): string[] | undefined {
  const named = graph.node.flatMap((one) => {
    const labels = labelsOf(one);
    return labels === undefined ? [] : [labels];
  });
  const isOne = new Set(named.map((labels) => labels.join('\n'))).size === 1;
  return isOne ? named[0] : undefined;
}

function labelsOf({ attribute }: ForeignNode): string[] | undefined {
  for (const { name, strings, ints } of attribute) {
    if (!name.startsWith('classlabels_')) continue;
    if (strings !== undefined && strings.length > 0)
      return strings.map((bytes) => Buffer.from(bytes).toString('utf8'));
    if (ints !== undefined && ints.length > 0) return ints.map(String);
  }
  return undefined;
}

const namesOf = ({ output }: ForeignGraph): string =>
  output.map(({ name }) => name.replace(/^given\//, '')).join(', ');
