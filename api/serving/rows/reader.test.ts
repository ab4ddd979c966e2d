import { describe, expect, it } from 'vitest';
import { pipeline } from '../../../pipelines/index.ts';
import { createColumns, inputLayout } from './columns.ts';
import { rowFaults } from './faults.ts';
import { compileRowReader } from './reader.ts';

const spec = pipeline('steel-energy');
const layout = inputLayout(spec);
const row = {
  'Lagging_Current_Reactive.Power_kVarh': 2.95,
  Leading_Current_Reactive_Power_kVarh: 0,
  'CO2(tCO2)': 0,
  Lagging_Current_Power_Factor: 73.21,
  Leading_Current_Power_Factor: 100,
  NSM: 900,
  WeekStatus: 'Weekday',
  Day_of_week: 'Monday',
  Load_Type: 'Light_Load',
};
const read = compileRowReader(spec);

function cells(value: unknown): Record<string, number | string> | undefined {
  const columns = createColumns(layout, 4);
  if (!read(value, columns, 2)) return undefined;
  return Object.fromEntries([
    ...layout.numbers.map((name, i) => [name, columns.numbers[i][2]]),
    ...layout.texts.map((name, i) => [name, columns.texts[i][2]]),
  ]);
}
const without = (name: string) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
/** JSON has no undefined: such a key is not there. */
const withCell = (name: string, value: unknown): object =>
  value === undefined ? without(name) : { ...row, [name]: value };

describe('the row reader', () => {
  it('puts every cell of a good row under its column', () => expect(cells(row)).toEqual(row));

  it('matches categories without regard to case and outer spaces', () => {
    expect(cells({ ...row, Day_of_week: ' monday ', Load_Type: 'LIGHT_LOAD' })).toEqual(row);
  });

  it.each([[undefined], [null]])('reads an optional cell that is %s as missing', (missing) => {
    expect(cells(withCell('CO2(tCO2)', missing))).toEqual({ ...row, 'CO2(tCO2)': Number.NaN });
    expect(cells(withCell('Load_Type', missing))).toEqual({ ...row, Load_Type: '' });
  });

  it('takes the ends of a range and nothing beyond', () => {
    expect(cells({ ...row, NSM: 86_399 })).toBeDefined();
    expect(cells({ ...row, NSM: 86_399.001 })).toBeUndefined();
    expect(cells({ ...row, NSM: -1 })).toBeUndefined();
  });

  it.each([['NSM'], ['WeekStatus']])('refuses a row without %s', (name) => {
    expect(cells(without(name))).toBeUndefined();
  });

  it('refuses what stands beside the columns, also where an optional one lacks', () => {
    expect(cells({ ...row, extra: 1 })).toBeUndefined();
    expect(cells({ ...without('CO2(tCO2)'), extra: 1 })).toBeUndefined();
    expect(cells(JSON.parse(`{"__proto__":1,${JSON.stringify(row).slice(1)}`))).toBeUndefined();
  });

  it.each([[null], [5], ['x'], [[row]]])('refuses %s as a row', (value) =>
    expect(cells(value)).toBeUndefined(),
  );
});

describe('the faults of a row', () => {
  it('are none of a good one, and at least one of each that the reader refuses', () => {
    expect(rowFaults(spec, row, 'row')).toEqual([]);
    const values = [undefined, null, true, '', 'x', 'Monday', 5, -1, 1e308, Number.POSITIVE_INFINITY, [], {}];
    for (const name of [...spec.inputs, 'extra', spec.target]) {
      for (const value of values) {
        const changed = withCell(name, value);
        const refused = cells(changed) === undefined;
        expect(rowFaults(spec, changed, 'row').length > 0, `${name}: ${String(value)}`).toBe(refused);
      }
    }
  });

  it('names every one with what was there and what was expected', () => {
    const faults = rowFaults(spec, { ...row, NSM: '900', Day_of_week: 'Mondey', Load_Tipe: 'x' }, 'rows[3]');
    expect(faults).toEqual([
      { field: 'NSM', value: '900', expected: expect.stringContaining('without quotes'), where: 'rows[3]' },
      {
        field: 'Day_of_week',
        value: 'Mondey',
        expected: expect.stringContaining('did you mean "Monday"?'),
        where: 'rows[3]',
      },
      {
        field: 'Load_Tipe',
        value: 'x',
        expected: expect.stringContaining('a column of the model'),
        where: 'rows[3]',
      },
    ]);
  });

  it('offers the column that lacks for one that is misspelt', () => {
    const { NSM, ...rest } = row;
    const faults = rowFaults(spec, { ...rest, nsm_: NSM }, 'row');
    expect(faults.at(-1)?.expected).toContain('did you mean "NSM"?');
  });
});
