import koffi from 'koffi';
import { type Pointer, runtime, words } from './library.ts';
import { textPointers } from './texts.ts';

/** A column's cells: numbers as doubles, texts. */
export type Values = Float64Array | string[];

/** Runs of at most this many rows read and write memory that is there already. */
export const reusedRows = 16;

/** `ONNXTensorElementDataType`. */
export const elementTypes = { text: 8, double: 11 } as const;

/** Columns `[rows, 1]` that native runs read. What is written into the values later, a run reads too. */
export class Tensors {
  /** In the order of the columns. */
  readonly pointers: BigUint64Array;
  private readonly columns: readonly Values[];
  private readonly rows: number;

  constructor(columns: readonly Values[], rows: number) {
    const { allocator, createTensorOver, createTextTensor, memory } = runtime();
    const shape = shapeOf(rows, 1);
    this.columns = columns;
    this.rows = rows;
    this.pointers = words(columns.length);
    columns.forEach((values, at) => {
      this.pointers[at] = Array.isArray(values)
        ? createTextTensor(allocator, shape, 2, elementTypes.text)
        : createTensorOver(memory, values, values.byteLength, shape, 2, elementTypes.double);
    });
  }

  /** Texts are copied for the library, before each run. */
  fillTexts(): void {
    const { fillTexts } = runtime();
    for (let at = 0; at < this.columns.length; at++) {
      const values = this.columns[at];
      if (Array.isArray(values)) fillTexts(this.pointers[at], textPointers(values), this.rows);
    }
  }

  release(): void {
    for (const pointer of this.pointers) runtime().releaseValue(pointer);
  }
}

/** Doubles `[rows, width]` that native runs write, again and again. */
export class Doubles {
  readonly pointer: Pointer;
  private readonly values: Float64Array;

  constructor(rows: number, width: number) {
    const { createTensorOver, memory } = runtime();
    this.values = new Float64Array(new ArrayBuffer(8 * rows * width));
    this.pointer = createTensorOver(
      ...[memory, this.values, this.values.byteLength, shapeOf(rows, width), 2, elementTypes.double],
    );
  }

  /** What the last run wrote. */
  read(): Float64Array {
    return this.values.slice();
  }

  release(): void {
    runtime().releaseValue(this.pointer);
  }
}

const shapeOf = (rows: number, width: number): BigInt64Array => BigInt64Array.of(BigInt(rows), BigInt(width));

/** Reads a tensor that a run made, and gives it back. */
export function takeValues(tensor: Pointer, isText: boolean): Values {
  const { elementCount, releaseShape, releaseValue, typeAndShape } = runtime();
  try {
    const shape = typeAndShape(tensor);
    const count = Number(elementCount(shape));
    releaseShape(shape);
    return isText ? textsOf(tensor, count) : doublesOf(tensor, count);
  } finally {
    releaseValue(tensor);
  }
}

const doublesOf = (tensor: Pointer, count: number): Float64Array =>
  new Float64Array(koffi.view(runtime().tensorData(tensor), 8 * count)).slice();

function textsOf(tensor: Pointer, count: number): string[] {
  const { readTexts, textsLength } = runtime();
  const bytes = Buffer.alloc(Number(textsLength(tensor)));
  const offsets = words(count);
  readTexts(tensor, bytes, bytes.length, offsets, count);
  return Array.from({ length: count }, (_, at) =>
    bytes.toString('utf8', Number(offsets[at]), at + 1 < count ? Number(offsets[at + 1]) : bytes.length),
  );
}
