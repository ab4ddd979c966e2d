import koffi, { type LibraryHandle } from 'koffi';

type Trim = { async(padBytes: number, done: () => void): void };

let opened: { program: LibraryHandle; trim: Trim | undefined } | undefined;

/** Where the C library is not glibc there is nothing to call. */
function open(): NonNullable<typeof opened> {
  const program = koffi.load(null);
  try {
    return { program, trim: program.func('malloc_trim', 'int', ['size_t']) as unknown as Trim };
  } catch {
    return { program, trim: undefined };
  }
}

/**
 * Gives memory back to the system that the C library keeps after it was freed, on a thread of koffi's: reading a model
 * takes several times what it holds afterwards.
 */
export async function trimMemory(): Promise<void> {
  opened ??= open();
  const { trim } = opened;
  if (trim !== undefined) await new Promise<void>((resolve) => trim.async(0, resolve));
}
