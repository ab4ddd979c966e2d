import { type Command, InvalidArgumentError } from 'commander';
import type { Texts } from './texts/index.ts';

/** Parsers of option values; commander names the option and the value that was given. */
export function optionParsers(texts: Texts) {
  const wholeNumber =
    (low: number, high: number) =>
    (text: string): number => {
      const value = Number(text);
      if (/^-?\d+$/.test(text) && value >= low && value <= high) return value;
      throw new InvalidArgumentError(texts.usage.wholeNumber(low, high));
    };
  return {
    wholeNumber,
    list: (text: string): string[] => {
      const names = text.split(',').map((name) => name.trim());
      if (names.every((name) => name !== '')) return names;
      throw new InvalidArgumentError(texts.usage.list);
    },
    url: (text: string): string => {
      if (/^https?:\/\/[^/]+/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
      throw new InvalidArgumentError(texts.usage.url);
    },
  };
}

/** The command that the words of a command line name, with the group that it is in; undefined where there is none. */
export function commandIn(program: Command, given: readonly string[]): string | undefined {
  const names: string[] = [];
  let within = program;
  for (const word of given.filter((one) => !one.startsWith('-'))) {
    const found = within.commands.find((command) => command.name() === word);
    if (found === undefined) break;
    names.push(word);
    within = found;
  }
  return names.length === 0 ? undefined : names.join(' ');
}

/** What commander said, as far as it matters: which kind of mistake, about which word, with which suggestion. */
export interface UsageFault {
  code: string;
  message: string;
}

/**
 * A usage mistake in the person's language. Commander speaks English only; its messages quote the word that
 * is wrong and end with its suggestion, which is all that is taken from them.
 */
export function usageMessage({ code, message }: UsageFault, texts: Texts): { text: string; hint?: string } {
  const words = [...message.matchAll(/'([^']*)'/g)].map(([, word]) => word);
  const suggestion = /Did you mean (?:one of )?(.+?)\?/.exec(message)?.[1];
  const hint = suggestion === undefined ? undefined : texts.usage.didYouMean(suggestion);
  const [word = '', second = ''] = words;
  const choices = /Allowed choices are (.+?)\.$/.exec(message)?.[1];
  const reason =
    choices === undefined ? (/ is invalid\. (.+)$/.exec(message)?.[1] ?? '') : texts.usage.oneOf(choices);
  switch (code) {
    case 'commander.unknownCommand':
      return { text: texts.usage.unknownCommand(word), hint };
    case 'commander.unknownOption':
      return { text: texts.usage.unknownOption(word), hint };
    case 'commander.missingArgument':
      return { text: texts.usage.missingArgument(word) };
    case 'commander.optionMissingArgument':
      return { text: texts.usage.missingValue(word) };
    case 'commander.excessArguments':
      return { text: texts.usage.tooManyArguments };
    case 'commander.invalidArgument':
      return { text: texts.usage.invalidValue(word, second, reason) };
    case 'commander.conflictingOption':
      return { text: texts.usage.conflict(word, second) };
    default:
      return { text: message.replace(/^error: /, '') };
  }
}
