import koffi from 'koffi';
import { cString, type Pointer, runtime, words } from './library.ts';
import { Doubles, elementTypes, reusedRows, type Tensors, takeValues, type Values } from './tensors.ts';

/** An input or output `[N, width]` of a model; the width is undefined where the file leaves it open. */
interface End {
  name: string;
  /** `ONNXTensorElementDataType` */
  elementType: number;
  isText: boolean;
  width: number | undefined;
}

/** Names as C reads them. */
interface Names {
  pointers: BigUint64Array;
  /** What the pointers point to. */
  texts: Buffer[];
}

/** Outputs that are asked for together. */
interface Asked {
  ends: End[];
  names: Names;
  /** By rows of a run: where outputs are written; undefined for those that onnxruntime makes room for. */
  reused: (Doubles | undefined)[][];
}

/**
 * A model that onnxruntime has read. It is opened on a thread of its own, while the event loop goes on; a run holds the
 * loop. The C API is called itself: onnxruntime-node reads a model on the event loop, and what it makes of inputs and
 * outputs takes longer than the run of a row.
 */
export class NativeSession {
  readonly inputs: End[];
  readonly outputs: End[];
  private readonly pointer: Pointer;
  private readonly inputNames: Names;
  /** By the list of names itself: who asks has one list for all of its runs. */
  private readonly asked = new Map<readonly string[], Asked>();

  private constructor(pointer: Pointer) {
    const { inputCount, inputName, inputType, outputCount, outputName, outputType } = runtime();
    this.pointer = pointer;
    this.inputs = endsOf(pointer, inputCount(pointer), inputName, inputType);
    this.outputs = endsOf(pointer, outputCount(pointer), outputName, outputType);
    this.inputNames = namesOf(this.inputs);
  }

  /** @throws Error with what onnxruntime says of a file that it cannot read. */
  static async open(bytesOrPath: Uint8Array | string, threads: number): Promise<NativeSession> {
    const library = runtime();
    const options = library.createOptions();
    const made = words(1);
    try {
      library.setIntraOpThreads(options, threads);
      library.setInterOpThreads(options, 1);
      const { environment } = library;
      if (typeof bytesOrPath === 'string')
        await library.createSession(environment, bytesOrPath, options, made);
      else await library.createSessionFromBytes(environment, bytesOrPath, bytesOrPath.length, options, made);
    } finally {
      library.releaseOptions(options);
    }
    return new NativeSession(made[0]);
  }

  /** Runs over columns in the order of the inputs. @param outputs names, of which the values come in their order. */
  run(columns: Tensors, rows: number, outputs: readonly string[]): Values[] {
    const asked = this.asked.get(outputs) ?? this.ask(outputs);
    const reused = roomIn(asked, rows);
    const made = words(outputs.length);
    for (let at = 0; at < reused.length; at++) made[at] = reused[at]?.pointer ?? 0n;
    columns.fillTexts();
    runtime().run(
      ...[this.pointer, null, this.inputNames.pointers, columns.pointers, this.inputs.length],
      ...[asked.names.pointers, outputs.length, made],
    );
    return asked.ends.map(({ isText }, at) => reused[at]?.read() ?? takeValues(made[at], isText));
  }

  release(): void {
    for (const { reused } of this.asked.values()) for (const room of reused.flat()) room?.release();
    runtime().releaseSession(this.pointer);
  }

  private ask(outputs: readonly string[]): Asked {
    const ends = outputs.map((name) => this.output(name));
    const asked: Asked = { ends, names: namesOf(ends), reused: [] };
    this.asked.set(outputs, asked);
    return asked;
  }

  /** @throws RangeError where the model has no output of that name, or one of other elements than doubles and texts. */
  private output(name: string): End {
    const output = this.outputs.find((end) => end.name === name);
    if (output === undefined) throw new RangeError(`the model has no output "${name}"`);
    if (!output.isText && output.elementType !== elementTypes.double)
      throw new RangeError(
        `the model's output "${name}" has elements of type ${output.elementType}, neither doubles nor texts`,
      );
    return output;
  }
}

function namesOf(ends: readonly End[]): Names {
  const texts = ends.map(({ name }) => cString(name));
  return { texts, pointers: BigUint64Array.from(texts, (text) => koffi.address(text)) };
}

/** Where a run of so many rows writes. */
function roomIn({ ends, reused }: Asked, rows: number): (Doubles | undefined)[] {
  if (rows > reusedRows) return [];
  const there = reused[rows];
  if (there !== undefined) return there;
  const made = ends.map(({ isText, width }) =>
    isText || width === undefined ? undefined : new Doubles(rows, width),
  );
  reused[rows] = made;
  return made;
}

type OfEnd = (session: Pointer, at: number, ...more: unknown[]) => Pointer;

function endsOf(session: Pointer, count: Pointer, nameOf: OfEnd, typeOf: OfEnd): End[] {
  const { allocator } = runtime();
  return Array.from({ length: Number(count) }, (_, at) => ({
    name: takeText(nameOf(session, at, allocator)),
    ...takeType(typeOf(session, at)),
  }));
}

function takeText(pointer: Pointer): string {
  const { allocator, freeBy } = runtime();
  const text = koffi.decode(pointer, 'char', -1) as string;
  freeBy(allocator, pointer);
  return text;
}

function takeType(type: Pointer): Omit<End, 'name'> {
  const { dimensionCount, dimensions, elementType, releaseType, tensorType } = runtime();
  const tensor = tensorType(type);
  const element = new Int32Array(new ArrayBuffer(4));
  elementType(tensor, element);
  const shape = new BigInt64Array(Number(dimensionCount(tensor)));
  dimensions(tensor, shape, shape.length);
  releaseType(type);
  const width = shape.length === 2 && shape[0] < 0n && shape[1] > 0n ? Number(shape[1]) : undefined;
  return { elementType: element[0], isText: element[0] === elementTypes.text, width };
}
