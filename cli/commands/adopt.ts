import { pathSegment } from '../client/http.ts';
import { adoptedSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

interface AdoptOptions {
  model?: string;
  features?: string[];
  classes?: string[];
}

/**
 * Makes an ONNX model that an MLflow client registered a version of the pipeline, and says which.
 * @param registered its version there, or an alias.
 */
export async function adopt(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  registered: string,
  about: AdoptOptions,
): Promise<ExitCode> {
  const texts = terminal.texts.adopt;
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/models`;
  terminal.note(texts.checking);
  const which = /^\d+$/.test(registered) ? { version: Number(registered) } : { alias: registered };
  const adopted = await client.post(path, { ...which, ...about }, adoptedSchema, interrupted);
  terminal.printJson(adopted);
  terminal.print(texts.done(pipeline, adopted.version));
  terminal.note(texts.next(pipeline, adopted.version));
  return exitCodes.ok;
}
