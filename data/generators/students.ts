import type { GeneratorInput } from './index.ts';
import { writeLines } from './lines.ts';
import { createNormal, createRandom, draw } from './random.ts';

const marks = ['Average', 'Good', 'Vg', 'Excellent'];
/** Values and their shares, column by column, near those of UCI 582. */
const columns: Record<string, [string, number][]> = {
  Gender: [
    ['male', 0.53],
    ['female', 0.47],
  ],
  Caste: [
    ['General', 0.5],
    ['OBC', 0.24],
    ['ST', 0.16],
    ['SC', 0.1],
  ],
  coaching: [
    ['WA', 0.68],
    ['NO', 0.22],
    ['OA', 0.1],
  ],
  time: [
    ['TWO', 0.55],
    ['ONE', 0.3],
    ['THREE', 0.13],
    ['FOUR', 0.02],
  ],
  Class_ten_education: [
    ['SEBA', 0.6],
    ['CBSE', 0.37],
    ['OTHERS', 0.03],
  ],
  twelve_education: [
    ['AHSEC', 0.55],
    ['CBSE', 0.44],
    ['OTHERS', 0.01],
  ],
  medium: [
    ['ENGLISH', 0.8],
    ['OTHERS', 0.11],
    ['ASSAMESE', 0.09],
  ],
  'Class_ X_Percentage': [
    ['Excellent', 0.77],
    ['Vg', 0.15],
    ['Good', 0.06],
    ['Average', 0.02],
  ],
  Class_XII_Percentage: [
    ['Excellent', 0.6],
    ['Vg', 0.27],
    ['Good', 0.11],
    ['Average', 0.02],
  ],
  Father_occupation: [
    ['OTHERS', 0.41],
    ['SCHOOL_TEACHER', 0.16],
    ['BUSINESS', 0.16],
    ['DOCTOR', 0.08],
    ['ENGINEER', 0.07],
    ['COLLEGE_TEACHER', 0.04],
    ['CULTIVATOR', 0.04],
    ['BANK_OFFICIAL', 0.04],
  ],
  Mother_occupation: [
    ['HOUSE_WIFE', 0.66],
    ['SCHOOL_TEACHER', 0.16],
    ['OTHERS', 0.11],
    ['COLLEGE_TEACHER', 0.03],
    ['DOCTOR', 0.02],
    ['BANK_OFFICIAL', 0.02],
  ],
};

/**
 * Candidates of an entrance examination with the columns of UCI 582, as CSV text: the mark follows schooling, caste
 * quota and attempts through an ordered logit with much left to chance. Synthetic: nobody sat this examination.
 */
export async function generateStudents({ path, rows, seed, signal }: GeneratorInput): Promise<void> {
  await writeLines(path, ['Performance', ...Object.keys(columns)].join(','), lines(rows, seed), signal);
}

function* lines(rows: number, seed: number): Generator<string> {
  const random = createRandom(seed);
  const normal = createNormal(random);
  for (let row = 0; row < rows; row++) {
    const cells = Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [
        name,
        values[
          draw(
            values.map(([, share]) => share),
            random,
          )
        ][0],
      ]),
    );
    yield [marks[markOf(cells, normal())], ...Object.values(cells)].join(',');
  }
}

function markOf(cells: Record<string, string>, chance: number): number {
  const score =
    0.9 * marks.indexOf(cells.Class_XII_Percentage) +
    0.5 * marks.indexOf(cells['Class_ X_Percentage']) +
    (cells.coaching === 'NO' ? -0.5 : 0.3) +
    (cells.Caste === 'General' ? 1 : cells.Caste === 'OBC' ? 0.2 : -0.6) +
    (cells.medium === 'ENGLISH' ? 0.3 : -0.3) +
    1.1 * chance;
  return [3.1, 4.5, 5.9].filter((limit) => score > limit).length;
}
