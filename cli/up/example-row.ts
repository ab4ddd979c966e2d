import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const entry = fileURLToPath(new URL('./example-row-main.ts', import.meta.url));
const timeoutMs = 30_000;

const exampleRowSchema = z.object({
  row: z.record(z.string(), z.union([z.string(), z.number()])),
  /** What the target was in that row. */
  actual: z.number().nullable(),
});
export type ExampleRow = z.infer<typeof exampleRowSchema>;

/** What the short-lived reader is asked, as JSON in its argument. */
export const exampleRequestSchema = z.object({
  pipeline: z.string(),
  datasetVersion: z.string(),
  artifactsDir: z.string(),
});

/**
 * A real row of a dataset version, to predict with. It is read by a process of its own: the tables' engine
 * would stay in the supervisor's memory for good.
 */
export async function readExampleRow(
  databaseUrl: string,
  request: z.infer<typeof exampleRequestSchema>,
): Promise<ExampleRow> {
  const args = ['--import', import.meta.resolve('tsx'), entry, JSON.stringify(request)];
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  const { stdout } = await run(process.execPath, args, { env, timeout: timeoutMs });
  return exampleRowSchema.parse(JSON.parse(stdout));
}
