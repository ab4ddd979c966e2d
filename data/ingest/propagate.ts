import type { DuckDb } from '../duckdb.ts';
import { checkSql, type IdentitySystem } from './identities.ts';
import type { Layout, LayoutColumn } from './layout.ts';

const mostPasses = 8;
/** A bound that moves by less than this share of the interval's width is taken for settled. */
const worthwhile = 0.01;
const slack = 1e-9;

/**
 * Narrows the missing cells of every case in `cases` by all identities until nothing changes (constraint propagation
 * over intervals, Davis 1987), then leaves the table `verdict_of_cases`: the cases with `fails` (bits of the
 * identities that cannot hold), `hollow` (a missing cell for which no value is left) and `consistent`.
 */
export async function solveCases(db: DuckDb, system: IdentitySystem, layout: Layout): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE solving AS SELECT *, true AS moved FROM cases');
  for (let pass = 0; pass < mostPasses; pass++) {
    await db.run(`CREATE OR REPLACE TEMP TABLE solving AS ${narrowSql(system)}`);
    if ((await db.count('SELECT count(*) FROM solving WHERE moved')) === 0) break;
  }
  await db.run(`CREATE OR REPLACE TEMP TABLE verdict_of_cases AS ${verdictSql(system, layout)}`);
}

function narrowSql(system: IdentitySystem): string {
  const plan = system.newPlan();
  const narrowed: string[] = [];
  const moved: string[] = [];
  for (const target of system.linked) {
    const { cell, lo, hi } = target;
    const found = determinations(system, target.name).map(({ from, judged }) => ({
      ...plan.add(from),
      judged,
    }));
    if (found.length === 0) continue;
    const texts = found.flatMap((f) => ('value' in f ? [`CASE WHEN ${f.judged} THEN ${f.value} END`] : []));
    if (texts.length > 0) {
      narrowed.push(`coalesce(${[cell, ...texts].join(', ')}) AS ${cell}`);
      moved.push(`(${cell} IS NULL AND coalesce(${texts.join(', ')}) IS NOT NULL)`);
      continue;
    }
    const los = found.flatMap((f) => ('lo' in f ? [`CASE WHEN ${f.judged} THEN ${f.lo} END`] : []));
    const his = found.flatMap((f) => ('lo' in f ? [`CASE WHEN ${f.judged} THEN ${f.hi} END`] : []));
    narrowed.push(
      `CASE WHEN ${cell} IS NULL THEN greatest(${[lo, ...los].join(', ')}) ELSE ${lo} END AS ${lo}`,
    );
    narrowed.push(`CASE WHEN ${cell} IS NULL THEN least(${[hi, ...his].join(', ')}) ELSE ${hi} END AS ${hi}`);
    moved.push(movedSql(target, los, his));
  }
  const columns = caseColumns(system);
  const inner =
    `SELECT * REPLACE (${[...narrowed, `(${moved.join(' OR ') || 'false'}) AS moved`].join(', ')}) ` +
    `FROM ${plan.wrap('(SELECT * FROM solving WHERE moved)')}`;
  return `SELECT ${columns} FROM (${inner}) UNION ALL SELECT ${columns} FROM solving WHERE NOT moved`;
}

const determinations = (system: IdentitySystem, name: string) =>
  system.identities.flatMap((identity) =>
    identity.determines
      .filter(({ column }) => column === name)
      .map(({ from }) => ({ from, judged: system.judged(identity) })),
  );

function movedSql({ cell, lo, hi }: LayoutColumn, los: string[], his: string[]): string {
  const least = `(CASE WHEN isinf(${hi} - ${lo}) THEN 0 ELSE ${worthwhile} * greatest(${hi} - ${lo}, 0) END)`;
  return (
    `(${cell} IS NULL AND ${lo} <= ${hi} AND (coalesce(greatest(${los.join(', ')}) > ${lo} + ${least}, false) ` +
    `OR coalesce(least(${his.join(', ')}) < ${hi} - ${least}, false)))`
  );
}

/** Columns of a case: the row, the blanked cells as bits, every linked cell with its bounds. */
export const caseColumns = (system: IdentitySystem): string =>
  ['n', 's', ...system.linked.flatMap(cellColumns), 'moved'].join(', ');
/** Names of what a case has of a cell: its value, and bounds unless it is a category. */
export const cellColumns = ({ column, cell, lo, hi }: LayoutColumn): string[] =>
  column.kind === 'category' ? [cell] : [cell, lo, hi];

function verdictSql(system: IdentitySystem, layout: Layout): string {
  const fails = system.identities.map((_, j) => `CASE WHEN ok${j} = false THEN ${2 ** j} ELSE 0 END`);
  const hollow = system.linked
    .filter(({ column }) => column.kind !== 'category')
    .map(({ cell, lo, hi }) => `(${cell} IS NULL AND ${lo} > ${hi} + ${slack})`);
  const checked = `SELECT *, (${['0', ...fails].join(' + ')})::BIGINT AS fails, (${['false', ...hollow].join(' OR ')}) AS hollow FROM ${checkSql(system, layout, 'solving')}`;
  return `SELECT ${caseColumns(system)}, fails, hollow, fails = 0 AND NOT hollow AS consistent FROM (${checked})`;
}
