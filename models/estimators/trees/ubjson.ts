/** A value of a UBJSON document; numeric arrays of one type are typed arrays. */
export type UbjsonValue =
  | null
  | boolean
  | number
  | string
  | TypedArray
  | UbjsonValue[]
  | { [key: string]: UbjsonValue };

const itemBytes: Record<string, number> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/**
 * Reads UBJSON (draft 12) as libxgboost writes it: lengths are 64-bit (which `@shelacek/ubjson` does not
 * take), numeric arrays are strongly typed. 64-bit integers come as numbers, exact to 2^53.
 * @throws RangeError on bytes that are not UBJSON.
 */
export function readUbjson(bytes: Uint8Array): UbjsonValue {
  return new Reader(bytes).value();
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly text = new TextDecoder();
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(type = this.marker()): UbjsonValue {
    switch (type) {
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'S':
        return this.string();
      case '[':
        return this.array();
      case '{':
        return this.object();
      default:
        return this.number(type);
    }
  }

  private marker(): string {
    return String.fromCharCode(this.view.getUint8(this.at++));
  }

  private takes(type: string): boolean {
    if (this.bytes[this.at] !== type.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  private number(type: string): number {
    const at = this.at;
    this.at += itemBytes[type] ?? 0;
    switch (type) {
      case 'i':
        return this.view.getInt8(at);
      case 'U':
        return this.view.getUint8(at);
      case 'I':
        return this.view.getInt16(at);
      case 'l':
        return this.view.getInt32(at);
      case 'L':
        return Number(this.view.getBigInt64(at));
      case 'd':
        return this.view.getFloat32(at);
      case 'D':
        return this.view.getFloat64(at);
      default:
        throw new RangeError(`unexpected UBJSON marker at byte ${at - 1}`);
    }
  }

  private string(): string {
    const length = this.number(this.marker());
    const start = this.at;
    this.at += length;
    if (length < 0 || this.at > this.bytes.length) throw new RangeError('a UBJSON string beyond the end');
    // TextDecoder refuses shared memory, so the few bytes are copied.
    return this.text.decode(this.bytes.slice(start, this.at));
  }

  private object(): { [key: string]: UbjsonValue } {
    const entries: [string, UbjsonValue][] = [];
    while (!this.takes('}')) {
      const key = this.string();
      entries.push([key, this.value()]);
    }
    return Object.fromEntries(entries);
  }

  private array(): UbjsonValue {
    const type = this.takes('$') ? this.marker() : undefined;
    if (!this.takes('#')) {
      const items: UbjsonValue[] = [];
      while (!this.takes(']')) items.push(this.value());
      return items;
    }
    const length = this.number(this.marker());
    if (type === undefined || type === 'S' || type === '[' || type === '{')
      return Array.from({ length }, () => this.value(type));
    return this.typedArray(type, length);
  }

  private typedArray(type: string, length: number): UbjsonValue {
    const width = itemBytes[type];
    if (width === undefined || this.at + length * width > this.bytes.length)
      throw new RangeError(`a UBJSON array of ${length} items beyond the end`);
    // A copy, so that it is aligned and may be put into the machine's byte order.
    const raw = this.bytes.slice(this.at, this.at + length * width);
    this.at += raw.length;
    return typedArrays[type](swapped(new Uint8Array(raw), width).buffer);
  }
}

/** UBJSON is big-endian; the machines that libxgboost is built for are not. */
function swapped(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  const buffer = Buffer.from(bytes.buffer);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
  return bytes;
}

type TypedArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;
const typedArrays: Record<string, (bytes: ArrayBuffer) => TypedArray> = {
  i: (bytes) => new Int8Array(bytes),
  U: (bytes) => new Uint8Array(bytes),
  I: (bytes) => new Int16Array(bytes),
  l: (bytes) => new Int32Array(bytes),
  L: (bytes) => Float64Array.from(new BigInt64Array(bytes), Number),
  d: (bytes) => new Float32Array(bytes),
  D: (bytes) => new Float64Array(bytes),
};
