import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathSegment } from '../client/http.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatBytes } from '../view/format.ts';

/** Writes the page about a dataset version, or about what differs between two, to a file. */
export async function data(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  { dataset, against, out }: { dataset?: string; against?: string; out?: string },
): Promise<ExitCode> {
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/datasets`;
  const response = await client.stream(`${path}/${pageOf(dataset, against)}`, interrupted);
  const html = await response.text();
  const file = resolve(out ?? `${pipeline}-${against === undefined ? 'report' : 'comparison'}.html`);
  await writeFile(file, html);
  terminal.printJson({ file, bytes: Buffer.byteLength(html) });
  terminal.print(terminal.texts.data.written(file, formatBytes(Buffer.byteLength(html))));
  return exitCodes.ok;
}

function pageOf(version: string | undefined, against: string | undefined): string {
  if (against === undefined)
    return version === undefined ? 'report' : `report?${new URLSearchParams({ version })}`;
  return `comparison?${new URLSearchParams({ from: against, ...(version && { to: version }) })}`;
}
