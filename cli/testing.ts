import { createTerminal, type Terminal } from './terminal.ts';
import { textsFor } from './texts/index.ts';

/** What the tests of commands share. */

export type Language = 'en' | 'es';

/** A terminal without colours that writes to memory. */
export function memoryTerminal(options: { json?: boolean; verbose?: boolean; language?: Language } = {}): {
  terminal: Terminal;
  written: { stdout: string; stderr: string };
} {
  const { json = false, verbose = false, language = 'en' } = options;
  const written = { stdout: '', stderr: '' };
  const into = (name: keyof typeof written) =>
    ({
      write(text: string) {
        written[name] += text;
      },
      on: () => {},
    }) as unknown as NodeJS.WriteStream;
  const terminal = createTerminal({
    ...{ texts: textsFor(language), json, verbose, variables: {} },
    stdout: into('stdout'),
    stderr: into('stderr'),
  });
  return { terminal, written };
}
