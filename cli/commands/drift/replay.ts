import { readFile } from 'node:fs/promises';
import { RelevoError, showValue } from '../../../contracts/errors.ts';
import { type Replay, replay } from '../../../data/drift/streaming/replay.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Terminal } from '../../terminal.ts';
import type { Texts } from '../../texts/index.ts';

/** Alarms of one detector that the table names. */
const shownAlarms = 8;

/** Runs every streaming detector over a file's stream; needs no server. */
export async function replayStream(
  { terminal }: CommandContext,
  { stream: file }: { stream: string },
): Promise<ExitCode> {
  const found = replay(await readStream(file, terminal.texts));
  if (found.skipped.length > 0) terminal.note(terminal.texts.replay.skipped(found.skipped.join(', ')));
  terminal.printJson({
    indices: Object.fromEntries(
      Object.entries(found.indices).map(([name, places]) => [camelCase(name), places]),
    ),
  });
  showAlarms(terminal, found);
  return exitCodes.ok;
}

const camelCase = (name: string): string =>
  name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function showAlarms(terminal: Terminal, { indices }: Replay): void {
  const { replay: texts } = terminal.texts;
  terminal.table(
    [{ title: texts.detector }, { title: texts.alarms, align: 'right' }, { title: texts.places }],
    Object.entries(indices).map(([name, places]) => [
      name,
      String(places.length),
      places.slice(0, shownAlarms).join(', ') + (places.length > shownAlarms ? ' …' : ''),
    ]),
  );
}

/** @throws RelevoError REQUEST_INVALID saying what is wrong with the file, and where. */
async function readStream(file: string, texts: Texts): Promise<Float64Array> {
  const refuse = (message: string, details: RelevoError['details'] = {}): RelevoError =>
    new RelevoError('REQUEST_INVALID', message, {
      where: file,
      expected: '{"stream": [0, 1, …]}',
      ...details,
    });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refuse(texts.predict.unreadable(file), { value: error.code });
  });
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null || !('stream' in parsed) || !Array.isArray(parsed.stream))
    throw refuse(texts.replay.noStream(file));
  const stream: unknown[] = parsed.stream;
  const wrong = stream.findIndex((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (wrong >= 0)
    throw refuse(texts.replay.noNumber(wrong), {
      field: `stream.${wrong}`,
      value: showValue(stream[wrong]),
      expected: texts.replay.number,
    });
  return Float64Array.from(stream as number[]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
