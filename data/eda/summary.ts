import type { ColumnSummary, EdaSummary } from '../../contracts/eda.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { readableColumns } from '../datasets.ts';
import { openDuckDb } from '../duckdb.ts';
import { againstTarget } from './against-target.ts';
import { summariseColumn } from './columns.ts';
import { correlate } from './correlation.ts';
import { lookAt } from './dataset.ts';
import type { EdaOptions } from './options.ts';
import { countRepeats, missingPatterns } from './repeats.ts';
import { overTime } from './time.ts';

/**
 * What is to be seen in a dataset version: distributions, missing values, correlation, the target against each input,
 * outliers, repeats and time. DuckDB computes on its own threads over the Parquet parts, in bounded memory.
 * @param partPaths local files of the version's parts.
 * @throws RelevoError CANCELLED
 */
export async function edaSummary(
  partPaths: string[],
  spec: PipelineSpec,
  options: EdaOptions = {},
): Promise<EdaSummary> {
  const db = await openDuckDb({ memoryLimitMb: 1024, ...options });
  try {
    const looked = await lookAt(db, partPaths, spec);
    const columns: ColumnSummary[] = [];
    for (const name of readableColumns(spec)) columns.push(await summariseColumn(looked, name));
    const time = await overTime(looked);
    return {
      pipeline: spec.name,
      title: spec.title,
      target: spec.target,
      task: spec.task,
      classes: classesOf(spec),
      rows: looked.rows,
      sampledRows: await db.count('SELECT count(*) FROM sample'),
      columns,
      missing: await missingPatterns(looked, columns),
      repeats: await countRepeats(looked),
      correlation: await correlate(looked, columns),
      againstTarget: await againstTarget(looked, columns),
      ...(time === undefined ? {} : { time }),
    };
  } finally {
    db.close();
  }
}
