import { type DuckDb, numberLiteral } from '../duckdb.ts';
import { bit, boundsSql, domainOf, type IdentitySystem } from './identities.ts';
import type { Layout, LayoutColumn } from './layout.ts';
import { breakTies } from './neighbours.ts';
import { cellColumns, solveCases } from './propagate.ts';

/** A contradiction that more wrong cells than this would be needed to explain is not repaired. */
const mostCulprits = 2;

/**
 * Error localisation after Fellegi and Holt (1976): for each row of `suspects`, the smallest set of present cells
 * that, once blanked, leaves the others free of contradiction. Equal sizes are decided by lower trust, then by the
 * neighbours in the sequence. Leaves the tables
 * - `chosen`: one case a row, `s` the bits of the blamed cells, missing cells narrowed to [lo, hi];
 * - `broken`: rows that contradict themselves as they came, with `fails`, the bits of the identities that cannot hold;
 * - `undecided`: rows that several sets explain equally well, with `options` in words, or none explains.
 */
export async function localise(
  db: DuckDb,
  layout: Layout,
  system: IdentitySystem,
  inSequence: boolean,
): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE cases AS ${firstCases(layout, system)}`);
  await solveCases(db, system, layout);
  await db.run('CREATE OR REPLACE TEMP TABLE chosen AS SELECT * FROM verdict_of_cases WHERE consistent');
  await db.run(
    'CREATE OR REPLACE TEMP TABLE broken AS SELECT n, fails FROM verdict_of_cases WHERE NOT consistent',
  );
  await db.run(
    `CREATE OR REPLACE TEMP TABLE undecided AS SELECT n, fails, hollow, ''::VARCHAR AS options, false AS ambiguous FROM verdict_of_cases WHERE NOT consistent`,
  );
  for (let size = 1; size <= mostCulprits; size++) {
    const open = await db.count('SELECT count(*) FROM undecided WHERE NOT ambiguous');
    const sets = combinations(system.linked.length, size);
    if (open === 0 || sets.length === 0) return;
    await db.run(`CREATE OR REPLACE TEMP TABLE cases AS ${blankedCases(layout, system, sets)}`);
    await solveCases(db, system, layout);
    await choose(db, system, inSequence);
  }
}

/** Keeps for each row the consistent cases of least trust; one is chosen, several are a tie. */
async function choose(db: DuckDb, system: IdentitySystem, inSequence: boolean): Promise<void> {
  const trust = system.linked.map(
    ({ column }, k) => `CASE WHEN s & ${bit(k)} <> 0 THEN ${column.trust} ELSE 0 END`,
  );
  await db.run(
    `CREATE OR REPLACE TEMP TABLE tied AS SELECT * EXCLUDE (trust), count(*) OVER (PARTITION BY n) AS ties FROM (
      SELECT *, ${trust.join(' + ')} AS trust FROM verdict_of_cases WHERE consistent
      QUALIFY trust = min(trust) OVER (PARTITION BY n))`,
  );
  await db.run('INSERT INTO chosen SELECT * EXCLUDE (ties) FROM tied WHERE ties = 1');
  if (inSequence) await breakTies(db, system);
  const names = system.linked.map(
    ({ name }, k) => `CASE WHEN s & ${bit(k)} <> 0 THEN '${name.replaceAll("'", "''")}' END`,
  );
  await db.run('DELETE FROM undecided WHERE n IN (SELECT n FROM chosen)');
  await db.run(
    `UPDATE undecided SET ambiguous = true, options = o.options FROM (
      SELECT n, string_agg(concat_ws(' and ', ${names.join(', ')}), ' or ' ORDER BY s) AS options FROM tied GROUP BY n) o
     WHERE undecided.n = o.n`,
  );
}

function firstCases(layout: Layout, system: IdentitySystem): string {
  const bounds = boundsSql(layout.columns).join(', ');
  const cells = system.linked.flatMap((column) => caseCells(column, 'false'));
  return `SELECT n, 0::BIGINT AS s, ${cells.join(', ')} FROM (SELECT *, ${bounds} FROM suspects)`;
}

/** One case for each open row and set whose cells are all present and which touches every broken identity. */
function blankedCases(layout: Layout, system: IdentitySystem, sets: number[][]): string {
  const bounds = boundsSql(layout.columns).join(', ');
  const rows = sets.map((set) => {
    const s = set.reduce((bits, k) => bits | (2n ** BigInt(k)), 0n);
    const touched = new Set(set.flatMap((k) => system.touching(system.linked[k].name)));
    const untouched = [...system.identities.keys()].filter((j) => !touched.has(j));
    const mask = untouched.reduce((bits, j) => bits | (2n ** BigInt(j)), 0n);
    const present = set.map((k) => `${system.linked[k].cell} IS NOT NULL`).join(' AND ');
    return `SELECT *, ${s}::BIGINT AS s FROM open_rows WHERE (hollow OR fails & ${mask} = 0) AND ${present}`;
  });
  const cells = system.linked.flatMap((column, k) => caseCells(column, `s & ${bit(k)} <> 0`));
  return (
    `WITH open_rows AS (SELECT suspects.*, ${bounds}, u.fails, u.hollow FROM suspects JOIN undecided u ` +
    `ON suspects.n = u.n WHERE NOT u.ambiguous) SELECT n, s, ${cells.join(', ')} FROM (${rows.join(' UNION ALL ')})`
  );
}

/** A cell as a case has it: blanked, and where missing with the bounds of its column. */
function caseCells(column: LayoutColumn, blanked: string): string[] {
  const { cell, lo, hi } = column;
  const domain = domainOf(column);
  return cellColumns(column).map((name) => {
    if (name === cell) return `CASE WHEN NOT (${blanked}) THEN ${cell} END AS ${cell}`;
    const edge = numberLiteral(name === lo ? domain.lo : domain.hi);
    return `CASE WHEN ${blanked} OR ${cell} IS NULL THEN ${edge} ELSE ${name === lo ? lo : hi} END AS ${name}`;
  });
}

function combinations(of: number, size: number): number[][] {
  if (size === 1) return Array.from({ length: of }, (_, k) => [k]);
  return combinations(of, size - 1).flatMap((set) =>
    Array.from({ length: of - 1 - set[set.length - 1] }, (_, k) => [...set, set[set.length - 1] + 1 + k]),
  );
}
