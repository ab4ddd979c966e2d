import { RelevoError } from '../../contracts/errors.ts';
import { generateElectricity } from './electricity.ts';
import { generateMine } from './mine.ts';
import { generateOrders } from './orders.ts';
import { generateShoppers } from './shoppers.ts';
import { generateSteel } from './steel.ts';
import { conceptProcesses, writeStream } from './streams/index.ts';
import { generateStudents } from './students.ts';

export interface GeneratorInput {
  /** The file to write. */
  path: string;
  rows: number;
  seed: number;
  /** Which of the generator's tables, for one of several. */
  table?: string;
  format: 'csv' | 'parquet';
  signal?: AbortSignal;
}

/** Writes rows that look like a system's, in bounded memory; equal seeds give equal rows. */
interface Generator {
  /** Its tables and how each is written; one without a name where there is only one. */
  tables: Record<string, 'csv' | 'parquet'>;
  write(input: GeneratorInput): Promise<void>;
}

const known: Record<string, Generator> = {
  electricity: { tables: { '': 'csv' }, write: generateElectricity },
  mine: { tables: { dispatch: 'csv', refuels: 'csv', sensors: 'csv' }, write: generateMine },
  orders: { tables: { orders: 'parquet', clients: 'parquet', truth: 'parquet' }, write: generateOrders },
  shoppers: { tables: { '': 'csv' }, write: generateShoppers },
  steel: { tables: { '': 'csv' }, write: generateSteel },
  ...Object.fromEntries(
    Object.entries(conceptProcesses).map(([name, process]) => [
      name,
      { tables: { '': 'csv' as const }, write: writeStream(process) },
    ]),
  ),
  students: { tables: { '': 'csv' }, write: generateStudents },
};

/** Runs a generator by name. @throws RelevoError PIPELINE_INVALID with the known names, tables or formats. */
export async function generate(name: string, input: GeneratorInput): Promise<void> {
  if (!Object.hasOwn(known, name))
    throw wrong('locations.name', name, Object.keys(known).join(', '), 'There is no generator');
  const { tables, write } = known[name];
  const table = input.table ?? '';
  if (!Object.hasOwn(tables, table))
    throw wrong(
      'locations.table',
      table,
      Object.keys(tables).join(', '),
      `The generator ${name} has no table`,
    );
  if (input.format !== tables[table])
    throw wrong('tables.format', input.format, tables[table], `The generator ${name} does not write`);
  await write(input);
}

const wrong = (field: string, value: string, expected: string, fault: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `${fault} "${value}"; known: ${expected || 'one without a name'}`, {
    field,
    value,
    expected,
  });
