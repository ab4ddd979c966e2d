import { type Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { createProgram, throwInsteadOfExit } from './program.ts';
import { textsFor } from './texts/index.ts';
import { commandIn, usageMessage } from './usage.ts';

/** What a person is told about a command line that commander refuses. */
async function refusal(
  args: string[],
  language: 'en' | 'es' = 'en',
): Promise<{ text: string; hint?: string }> {
  const texts = textsFor(language);
  const program = createProgram({ texts, colors: pc.createColors(false) }, '0.0.0', async () => {
    throw new Error('the command line was accepted');
  });
  throwInsteadOfExit(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageMessage(error, texts);
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('usage mistakes', () => {
  it.each([
    [['trian', 'x'], 'There is no command "trian"', 'Did you mean "train"?'],
    [['train', 'x', '--sed', '1'], 'There is no option "--sed"', 'Did you mean "--seed"?'],
    [['drift', 'repaly'], 'There is no command "repaly"', 'Did you mean "replay"?'],
    [['train'], 'The argument <pipeline> is missing', undefined],
    [['train', 'x', '--seed'], 'The option "--seed <number>" needs a value', undefined],
    [['models', 'a', 'b'], 'There are more arguments than this command takes', undefined],
    [
      ['runs', '--limit', '0'],
      '"0" is no value for "--limit <number>": a whole number from 1 to 200 is expected',
      undefined,
    ],
    [
      ['runs', '--limit', '1e2'],
      '"1e2" is no value for "--limit <number>": a whole number from 1 to 200 is expected',
      undefined,
    ],
    [
      ['train', 'x', '--ingest', 'later'],
      '"later" is no value for "--ingest <when>": one of first, if-missing, never is expected',
      undefined,
    ],
    [
      ['pipelines', '--url', 'nowhere'],
      '"nowhere" is no value for "--url <url>": an address such as http://127.0.0.1:3000 is expected',
      undefined,
    ],
  ])('%j', async (args, text, hint) => {
    expect(await refusal(args)).toEqual({ text, hint });
  });

  it('are told in Spanish too', async () => {
    expect(await refusal(['trian'], 'es')).toEqual({
      text: 'No hay ninguna orden "trian"',
      hint: '¿Quiso decir "train"?',
    });
  });
});

describe('help', () => {
  it('names every command and is in one language', () => {
    const texts = textsFor('es');
    const program = createProgram({ texts, colors: pc.createColors(false) }, '0.0.0', async () => {});
    const help = program.helpInformation();
    for (const name of ['up', 'train', 'predict', 'rollback', 'doctor']) expect(help).toContain(`  ${name}`);
    expect(help).toContain('Órdenes:');
    expect(help).not.toMatch(/\b(Usage|Commands|Options|display help)\b/);
  });
});

it('no command has an option of the program: commander takes such a one for the program wherever it stands', () => {
  const program = createProgram(
    { texts: textsFor('en'), colors: pc.createColors(false) },
    '0.0.0',
    async () => {},
  );
  const taken = new Set(program.options.flatMap(({ short, long }) => [short, long]));
  taken.delete(undefined);
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  const shadowed = program.commands
    .flatMap(all)
    .flatMap((command) =>
      command.options
        .filter(({ short, long }) => taken.has(short) || taken.has(long))
        .map(({ flags }) => `${command.name()} ${flags}`),
    );
  expect(shadowed).toEqual([]);
});

it.each([
  [['keys', 'create', 'x', '--grant', 'boss'], 'keys create'],
  [['--json', 'train'], 'train'],
  [['keys', 'craete'], 'keys'],
  [['trian', 'x'], undefined],
])('%j is about %s', (args, command) => {
  const program = createProgram(
    { texts: textsFor('en'), colors: pc.createColors(false) },
    '0.0.0',
    async () => {},
  );
  expect(commandIn(program, args)).toBe(command);
});
