import stringWidth from 'string-width';

/** Columns that a text takes on a terminal: wide characters count twice, colours and accents not at all. */
export const widthOf = (text: string): number => stringWidth(text);

const graphemes = new Intl.Segmenter();

/** A tab becomes as many spaces as reach the next tab stop; other control characters become a space. */
export function expandTabs(text: string, tabWidth: number): string {
  let line = '';
  for (const piece of text.split(/([\p{Cc}])/u)) {
    if (piece === '\t') line += ' '.repeat(tabWidth - (widthOf(line) % tabWidth));
    else line += /^\p{Cc}$/u.test(piece) ? ' ' : piece;
  }
  return line;
}

/** The text cut to `width` columns, the last one an ellipsis where something was cut. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(kept) + widthOf(segment) > width - 1) break;
    kept += segment;
  }
  return width > 0 ? `${kept}…` : '';
}
