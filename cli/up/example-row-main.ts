import { DuckDBInstance } from '@duckdb/node-api';
import { environment } from '../../contracts/env.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry } from '../../registry/index.ts';
import { type ExampleRow, exampleRequestSchema } from './example-row.ts';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A whole row from the middle of the data with a target above the average: a plant at work, not one that sleeps. */
async function exampleOf(partPath: string, inputs: string[], target: string): Promise<ExampleRow> {
  const database = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '256MB' });
  const connection = await database.connect();
  const columns = [...inputs, target];
  const whole = columns.map((name) => `${quoted(name)} IS NOT NULL`).join(' AND ');
  const rows = await connection.runAndReadAll(
    `SELECT ${columns.map(quoted).join(', ')} FROM read_parquet($1)
     WHERE ${whole} AND NOT "_trainOnly"
       AND ${quoted(target)} >= (SELECT avg(${quoted(target)}) FROM read_parquet($1))
       AND _row_id >= (SELECT median(_row_id) FROM read_parquet($1))
     ORDER BY _row_id LIMIT 1`,
    [partPath],
  );
  const found = rows.getRowObjectsJson().at(0) ?? {};
  const cells = inputs.flatMap((name): [string, string | number][] => {
    const cell = found[name];
    return typeof cell === 'number' || typeof cell === 'string' ? [[name, cell]] : [];
  });
  const actual = found[target];
  return { row: Object.fromEntries(cells), actual: typeof actual === 'number' ? actual : null };
}

const request = exampleRequestSchema.parse(JSON.parse(process.argv[2]));
const registry = openRegistry(environment().DATABASE_URL ?? '', { poolSize: 1 });
try {
  const { manifest } = await registry.datasets.get(request.datasetVersion);
  const { spec } = await registry.pipelines.get(request.pipeline);
  const artifacts = createFolderArtifacts(request.artifactsDir);
  const path = await artifacts.localPath(manifest.parts[0].artifact);
  process.stdout.write(JSON.stringify(await exampleOf(path, spec.inputs, spec.target)));
} finally {
  await registry.close();
}
