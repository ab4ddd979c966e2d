import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';

/** The address of something of onnxruntime's; 0 where there is none. */
export type Pointer = bigint;

/** Memory that the library writes pointers and numbers into, and reads them from. */
export const words = (count: number): BigUint64Array => new BigUint64Array(new ArrayBuffer(8 * count));

/** A text as C reads it; leave it alone for as long as the library may. */
export function cString(text: string): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(Buffer.byteLength(text) + 1));
  bytes.write(text);
  return bytes;
}

/** A type as koffi names it. */
type CType = string;

/** Any release from 1.16 has what is called here; a table of functions only grows. */
const apiVersion = 16;

type Native = ((...args: unknown[]) => unknown) & {
  async(...args: [...unknown[], (error: Error | null, result: unknown) => void]): void;
};

/** The functions of onnxruntime's C API, by their places in `OrtApi` (`onnxruntime_c_api.h`), which never change. */
function openTable(library: LibraryHandle) {
  const base = library.func('OrtGetApiBase', 'void *', [])() as Pointer;
  const [getApi] = koffi.decode(base, koffi.array('void *', 1)) as Pointer[];
  const api = koffi.decode(getApi, koffi.proto('void *', ['uint32_t']))(apiVersion) as Pointer;
  const places = koffi.decode(api, koffi.array('void *', 101)) as Pointer[];
  return (place: number, args: CType[], result: CType = 'void *'): Native =>
    koffi.decode(places[place], koffi.proto(result, args)) as Native;
}

/** The shared library that the package `onnxruntime-node` brings for this machine. */
function libraryPath(): string {
  const bin = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin');
  for (const build of readdirSync(bin)) {
    const folder = join(bin, build, process.platform, process.arch);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const file = files.find((name) => /^(lib)?onnxruntime\.(so|dll|\d.*dylib)/.test(name));
    if (file !== undefined) return join(folder, file);
  }
  throw new Error(`onnxruntime-node has no library for ${process.platform} on ${process.arch}`);
}

const path: CType = process.platform === 'win32' ? 'const char16_t *' : 'const char *';
const pointer: CType = 'void *';

function openFunctions(library: LibraryHandle) {
  const at = openTable(library);
  const messageOf = at(2, [pointer], 'const char *');
  const releaseStatus = at(93, [pointer], 'void');
  const check = (status: unknown): void => {
    if (status === null || status === 0n) return;
    const message = messageOf(status) as string;
    releaseStatus(status);
    throw new Error(message);
  };
  /** Throws what the library complains of. */
  const checked = (place: number, args: CType[]) => {
    const call = at(place, args);
    return (...given: unknown[]): void => check(call(...given));
  };
  const underWay = new Set<unknown[]>();
  /** On a thread of koffi's. What is given stays where it is meanwhile. */
  const asynchronous = (place: number, args: CType[]) => {
    const call = at(place, args);
    return (...given: unknown[]): Promise<void> =>
      new Promise((resolve, reject) => {
        underWay.add(given);
        call.async(...given, (error, status) => {
          underWay.delete(given);
          try {
            if (error !== null) throw error;
            check(status);
            resolve();
          } catch (failure) {
            reject(failure);
          }
        });
      });
  };
  /** What a function makes and writes into its last argument. */
  const making = (place: number, args: CType[]) => {
    const call = checked(place, [...args, pointer]);
    return (...given: unknown[]): Pointer => {
      const made = words(1);
      call(...given, made);
      return made[0];
    };
  };
  const free = (place: number) => at(place, [pointer], 'void') as (pointer: Pointer) => void;
  const size: CType = 'size_t';
  return {
    createEnvironment: making(3, ['int', 'const char *']),
    createSession: asynchronous(7, [pointer, path, pointer, pointer]),
    createSessionFromBytes: asynchronous(8, [pointer, pointer, size, pointer, pointer]),
    run: checked(9, [pointer, pointer, pointer, pointer, size, pointer, size, pointer]),
    createOptions: making(10, []),
    setIntraOpThreads: checked(24, [pointer, 'int']),
    setInterOpThreads: checked(25, [pointer, 'int']),
    inputCount: making(30, [pointer]),
    outputCount: making(31, [pointer]),
    inputType: making(33, [pointer, size]),
    outputType: making(34, [pointer, size]),
    inputName: making(36, [pointer, size, pointer]),
    outputName: making(37, [pointer, size, pointer]),
    createTextTensor: making(48, [pointer, pointer, size, 'int']),
    createTensorOver: making(49, [pointer, pointer, size, pointer, size, 'int']),
    tensorData: making(51, [pointer]),
    fillTexts: checked(52, [pointer, pointer, size]),
    textsLength: making(53, [pointer]),
    readTexts: checked(54, [pointer, pointer, size, pointer, size]),
    tensorType: making(55, [pointer]),
    elementType: checked(60, [pointer, pointer]),
    dimensionCount: making(61, [pointer]),
    dimensions: checked(62, [pointer, pointer, size]),
    elementCount: making(64, [pointer]),
    typeAndShape: making(65, [pointer]),
    createCpuMemory: making(69, ['int', 'int']),
    freeBy: checked(76, [pointer, pointer]),
    defaultAllocator: making(78, []),
    releaseSession: free(95),
    releaseValue: free(96),
    releaseType: free(98),
    releaseShape: free(99),
    releaseOptions: free(100),
  };
}

const errorsOnly = 3;
const arenaAllocator = 1;
const defaultMemory = 0;

function openRuntime() {
  // koffi closes a library that nothing holds, whoever holds its functions.
  const library = koffi.load(libraryPath());
  const functions = openFunctions(library);
  return {
    ...functions,
    library,
    environment: functions.createEnvironment(errorsOnly, 'relevo'),
    memory: functions.createCpuMemory(arenaAllocator, defaultMemory),
    allocator: functions.defaultAllocator(),
  };
}

let opened: ReturnType<typeof openRuntime> | undefined;

/** onnxruntime, opened at first use; it stays for as long as the process. */
export function runtime(): ReturnType<typeof openRuntime> {
  opened ??= openRuntime();
  return opened;
}
