import { open } from 'node:fs/promises';
import protobuf from 'protobufjs';

/** Key and value of the metadata by which a file says that every row has the same answer in any company, to the bit. */
export const rowsMetadata = { key: 'rows', independent: 'independent' } as const;

/** Field numbers of `onnx.ModelProto.metadata_props` and of its entries. */
const metadataField = 14;
const keyField = 1;
const valueField = 2;
const lengthDelimited = 2;
/** A tag and a length, of five and ten bytes at most. */
const headBytes = 15;

/** The `metadata_props` of an ONNX file, without reading its graph. */
export async function readMetadata(bytesOrPath: Uint8Array | string): Promise<Record<string, string>> {
  if (typeof bytesOrPath !== 'string')
    return await collect(bytesOrPath.length, async (start, end) => bytesOrPath.subarray(start, end));
  const file = await open(bytesOrPath, 'r');
  try {
    const { size } = await file.stat();
    return await collect(size, async (start, end) => {
      const buffer = Buffer.alloc(end - start);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await file.close();
  }
}

async function collect(
  size: number,
  read: (start: number, end: number) => Promise<Uint8Array>,
): Promise<Record<string, string>> {
  const metadata: Record<string, string> = {};
  for (let at = 0; at < size; ) {
    const head = protobuf.Reader.create(await read(at, Math.min(at + headBytes, size)));
    const tag = head.uint32();
    if ((tag & 7) !== lengthDelimited) {
      head.skipType(tag & 7);
      at += head.pos;
      continue;
    }
    const length = head.uint32();
    at += head.pos;
    if (tag >>> 3 === metadataField) {
      const [key, value] = entryOf(await read(at, at + length));
      metadata[key] = value;
    }
    at += length;
  }
  return metadata;
}

function entryOf(bytes: Uint8Array): [key: string, value: string] {
  const reader = protobuf.Reader.create(bytes);
  let [key, value] = ['', ''];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === keyField) key = reader.string();
    else if (tag >>> 3 === valueField) value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [key, value];
}
