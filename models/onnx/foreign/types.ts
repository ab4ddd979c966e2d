/** The parts of a decoded `onnx.ModelProto` that are looked at; a Long is anything whose text is its digits. */
export interface ForeignModel {
  irVersion: unknown;
  opsetImport: { domain: string; version: unknown }[];
  graph?: ForeignGraph;
  metadataProps: { key: string; value: string }[];
  trainingInfo: unknown[];
  producerName: string;
}
export interface ForeignGraph {
  name: string;
  node: ForeignNode[];
  input: ValueInfo[];
  output: ValueInfo[];
  valueInfo: ValueInfo[];
  initializer: { name: string }[];
  sparseInitializer: { values?: { name: string } }[];
  quantizationAnnotation: unknown[];
}
export interface ForeignNode {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  attribute: ForeignAttribute[];
}
export interface ForeignAttribute {
  name: string;
  type: number;
  i?: unknown;
  g?: ForeignGraph | null;
  graphs?: ForeignGraph[];
  ints?: unknown[];
  strings?: Uint8Array[];
}
/** A constant that is put into a graph. */
export interface Initializer {
  name: string;
  dims: number[];
  dataType: number;
  int64Data?: number[];
  stringData?: Uint8Array[];
}
export interface ValueInfo {
  name: string;
  type?: {
    tensorType?: { elemType: number; shape?: { dim: { dimValue?: unknown; dimParam?: string }[] } } | null;
  };
}

/** What the model that a client made is to answer for. */
export interface ForeignTask {
  pipeline: string;
  task: 'regression' | 'classification';
  target: string;
  /** The raw columns, as a client sends them. */
  columns: { name: string; kind: 'number' | 'category' }[];
  /** Of a classification, in the pipeline's order. */
  classes: string[];
  /** The columns of a model whose input is one table, in its order; those of the pipeline where absent. */
  features?: string[];
  /** The classes that its probabilities stand for, where the file does not say. */
  modelClasses?: string[];
}
