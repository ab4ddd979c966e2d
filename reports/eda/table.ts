import { type Html, html } from '../html.ts';

export interface Table {
  id?: string;
  headings: string[];
  rows: Html[];
  /** Columns from here on (and before `figuresTo`) hold figures, which stand on the right. */
  figuresFrom: number;
  figuresTo?: number;
}

/** A table whose headings sort. */
export const table = ({ id, headings, rows, figuresFrom, figuresTo = headings.length }: Table): Html =>
  html`<div class="scroll"><table data-sortable${id !== undefined && html` id="${id}"`}>
<thead><tr>${headings.map((heading, i) =>
    i >= figuresFrom && i < figuresTo ? html`<th class="figure">${heading}</th>` : html`<th>${heading}</th>`,
  )}</tr></thead>
<tbody>
${rows}
</tbody>
</table></div>`;

/** A cell with a figure as people write it, and as the sort reads it. */
export const figureCell = (value: number | null, write: (value: number) => string): Html =>
  html`<td class="figure" data-sort="${value ?? ''}">${value === null ? '–' : write(value)}</td>`;
