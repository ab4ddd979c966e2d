import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

let modelProto: protobuf.Type | undefined;

/** The `onnx.ModelProto` message of the committed schema, parsed at first use. */
export function modelProtoType(): protobuf.Type {
  if (modelProto === undefined) {
    const schema = readFileSync(new URL('./onnx.proto', import.meta.url), 'utf8');
    modelProto = protobuf.parse(schema, { keepCase: false }).root.lookupType('onnx.ModelProto');
  }
  return modelProto;
}

/** `TensorProto.DataType` and `AttributeProto.AttributeType` of the ONNX specification. */
export const elementTypes = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const;
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
