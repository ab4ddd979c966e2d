import { RelevoError } from '../../contracts/errors.ts';
import { limits } from '../limits.ts';

/**
 * Refuses JSON that is nested deeper than any request is, before anything that calls itself walks over it.
 * @param text JSON, or what claims to be.
 * @throws RelevoError REQUEST_INVALID with where it gets too deep.
 */
export function demandShallow(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter === quote) at = endOfText(text, at);
    else if (letter === openList || letter === openObject) {
      depth += 1;
      if (depth > limits.jsonDepth) throw tooDeep(at);
    } else if (letter === closeList || letter === closeObject) depth -= 1;
  }
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [...'"\\[]{}'].map((letter) =>
  letter.charCodeAt(0),
);

/** The closing quote of the text that opens at `start`; the end where there is none. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter === backslash) at += 1;
    else if (letter === quote) return at;
  }
  return text.length;
}

const tooDeep = (at: number): RelevoError =>
  new RelevoError('REQUEST_INVALID', 'The body is nested too deeply.', {
    field: 'body',
    expected: `lists and objects within one another at most ${limits.jsonDepth} times`,
    where: `character ${at}`,
  });
