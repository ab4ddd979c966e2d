import type { ColumnDrift } from '../../../contracts/drift.ts';

type Why = ColumnDrift['why'];

/** Why a column was compared as it was, in a sentence of each language. */
export const whyTooFew = (least: number): Why => ({
  en: `Not compared: a comparison needs ${least} known values on either side.`,
  es: `Sin comparar: una comparación necesita ${least} valores conocidos en cada lado.`,
});

export const whyExact: Why = {
  en: 'Kolmogorov–Smirnov, because so few rows need an exact p-value.',
  es: 'Kolmogórov–Smirnov, porque tan pocas filas necesitan un valor p exacto.',
};

const andersonDarling: Why = {
  en: 'Anderson–Darling, because the column is a number and this test sees shifts, spread and tails alike',
  es: 'Anderson–Darling, porque la columna es un número y esta prueba ve igual desplazamientos, dispersión y colas',
};
const fewValues = (distinct: number): Why => ({
  en: `Chi-square, because the numbers have only ${distinct} distinct values`,
  es: `Chi-cuadrado, porque los números tienen solo ${distinct} valores distintos`,
});
const categories = (cells: number, lumped: number): Why => ({
  en: `Chi-square over ${cells} categories${lumped > 0 ? `, ${lumped} rare ones taken together` : ''}`,
  es: `Chi-cuadrado sobre ${cells} categorías${lumped > 0 ? `, ${lumped} poco frecuentes tomadas juntas` : ''}`,
});

/** Of numbers with many values. @param rowsPerIndependent how many neighbouring rows count as one; said from 2 on. */
export const whyAndersonDarling = (rowsPerIndependent: number): Why =>
  withNeighbours(andersonDarling, rowsPerIndependent);
/** Of numbers with few values. @param distinct how many the reference has. */
export const whyFewValues = (distinct: number, rowsPerIndependent: number): Why =>
  withNeighbours(fewValues(distinct), rowsPerIndependent);
/** Of categories. @param cells that were compared. @param lumped rare categories that make up one of them. */
export const whyCategories = (cells: number, lumped: number, rowsPerIndependent: number): Why =>
  withNeighbours(categories(cells, lumped), rowsPerIndependent);

function withNeighbours({ en, es }: Why, rowsPerIndependent: number): Why {
  const rows = Math.round(rowsPerIndependent);
  if (rows < 2) return { en: `${en}.`, es: `${es}.` };
  return {
    en: `${en}; neighbouring rows are alike, ${rows} of them count as one.`,
    es: `${es}; las filas vecinas se parecen, ${rows} de ellas cuentan como una.`,
  };
}
