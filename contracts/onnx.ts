/** Name of a tensor in the graph under construction. */
export type TensorName = string;
export type OnnxElement = 'float' | 'double' | 'int64' | 'string' | 'bool';

/** Attribute values by ONNX kind: int, float, string, tensor-free lists of them. */
export type OnnxAttribute =
  | { int: number }
  | { float: number }
  | { string: string }
  | { ints: number[] }
  | { floats: number[] }
  | { strings: string[] }
  | { doubles: number[]; shape: number[] };

/** What an estimator or a feature step adds its nodes to. Tensors are `[N, k]`; the batch axis is free. */
export interface OnnxGraph {
  node(
    op: string,
    inputs: TensorName[],
    attributes?: Record<string, OnnxAttribute>,
    options?: { outputs?: number; domain?: 'ai.onnx.ml' },
  ): TensorName[];
  constant(element: 'float' | 'double', values: ArrayLike<number>, shape: number[]): TensorName;
  constant(element: 'int64', values: ArrayLike<number>, shape: number[]): TensorName;
  constant(element: 'string', values: string[], shape: number[]): TensorName;
  cast(tensor: TensorName, to: OnnxElement): TensorName;
}
