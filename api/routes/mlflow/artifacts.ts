import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { limits } from '../../limits.ts';
import type { ApiContext, ApiEnv } from '../../openapi.ts';
import type { AddEndpoint } from './endpoint.ts';
import { id, optionalText } from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry' | 'artifacts'>;

/** What clients make of `mlflow-artifacts:/`. */
export const artifactsBase = '/api/2.0/mlflow-artifacts/artifacts';
const scheme = 'mlflow-artifacts:/';
const maxPathBytes = 1_024;

/**
 * The proxy between clients and the artifact store. Files are kept under the hash of their content; the path that a
 * client gives one is a row in the database and never a path of this machine.
 */
export function addArtifacts(router: Hono<ApiEnv>, { registry, artifacts }: Deps): void {
  const known = registry.mlflow.artifacts;
  router.get(artifactsBase, async (c) =>
    c.json(await listed(known, checkedPath(c.req.query('path') ?? '')), 200),
  );
  router.put(`${artifactsBase}/:path{.+}`, async (c) => {
    const path = filePath(c);
    const body: AsyncIterable<Uint8Array> = c.req.raw.body ?? Readable.from([]);
    const ref = await artifacts.putStream(body, {
      name: basename(path),
      mediaType: 'application/octet-stream',
      maxBytes: limits.artifactBytes,
    });
    await known.put(path, ref);
    return c.json({}, 200);
  });
  router.get(`${artifactsBase}/:path{.+}`, async (c) => {
    const ref = await known.get(filePath(c));
    const file = createReadStream(await artifacts.localPath(ref), { highWaterMark: 1 << 18 });
    return c.body(Readable.toWeb(file) as ReadableStream, 200, {
      'content-type': ref.mediaType,
      'content-length': String(ref.bytes),
      // What somebody uploaded is never a page of this server.
      'content-disposition': `attachment; filename="${ref.name.replace(/[^\w.-]/g, '_')}"`,
      'x-content-type-options': 'nosniff',
    });
  });
  router.delete(`${artifactsBase}/:path{.+}`, async (c) => {
    await known.delete(filePath(c));
    return c.json({}, 200);
  });
}

/** The files of a run or a logged model, by the run's or the model's own paths. */
export function addArtifactLists(add: AddEndpoint, { registry }: Deps): void {
  const { artifacts, runs, loggedModels } = registry.mlflow;
  const answer = async (rootUri: string, folder = '') => {
    const root = pathBelowRoot(rootUri);
    const path = checkedPath(folder);
    const { files } = await listed(artifacts, path === '' ? root : `${root}/${path}`);
    const placed = files.map((file) => ({ ...file, path: path === '' ? file.path : `${path}/${file.path}` }));
    return { root_uri: rootUri, files: placed };
  };
  const ofRun = z.object({ run_id: id, path: optionalText(maxPathBytes) });
  add('GET', '/artifacts/list', ofRun, async ({ run_id, path }) => {
    const { info } = z
      .object({ info: z.object({ artifact_uri: z.string() }) })
      .parse(JSON.parse(await runs.get(run_id)));
    return await answer(info.artifact_uri, path);
  });
  const ofModel = z.object({ model_id: id, artifact_directory_path: optionalText(maxPathBytes) });
  add('GET', '/logged-models/:model_id/artifacts/directories', ofModel, async (given) => {
    const { artifactLocation } = await loggedModels.get(given.model_id);
    return await answer(artifactLocation, given.artifact_directory_path);
  });
}

async function listed(known: ApiDeps['registry']['mlflow']['artifacts'], folder: string) {
  const files = await known.list(folder);
  return {
    files: files.map(({ name, isFolder, bytes }) => ({
      path: name,
      is_dir: isFolder,
      ...(bytes === undefined ? {} : { file_size: bytes }),
    })),
  };
}

/** Below the proxy's root; other stores are not this server's to look into. @throws RelevoError REQUEST_INVALID */
export function pathBelowRoot(uri: string): string {
  const path = uri.startsWith(scheme) ? uri.slice(scheme.length).replace(/^\/+/, '') : undefined;
  if (path !== undefined && !/^[^/]*:/.test(path)) return checkedPath(path);
  throw new RelevoError('REQUEST_INVALID', 'These files are not kept by this server.', {
    field: 'artifact_uri',
    value: uri.slice(0, 120),
    expected: `an address that begins with ${scheme}`,
  });
}

/** The path of the file that a request is about, from the part of its URL that the router did not decode. */
function filePath(c: ApiContext): string {
  const { pathname } = new URL(c.req.url);
  let path: string;
  try {
    path = decodeURIComponent(pathname.slice(artifactsBase.length + 1));
  } catch {
    throw unsafe(pathname);
  }
  if (path === '') throw unsafe(path);
  return checkedPath(path);
}

/**
 * A path that stays where it is put, here and on the disk of whoever downloads it.
 * @throws RelevoError REQUEST_INVALID
 */
export function checkedPath(path: string): string {
  const trimmed = path.replace(/\/$/, '');
  if (trimmed === '') return '';
  const isSafe =
    Buffer.byteLength(trimmed) <= maxPathBytes &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    !/[\u0000-\u001f\u007f\\#?]|\p{Surrogate}/u.test(trimmed) &&
    !/^[a-z]:/i.test(trimmed) &&
    trimmed.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isSafe) throw unsafe(path);
  return trimmed;
}

const unsafe = (path: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', 'Invalid path', {
    field: 'path',
    value: path.slice(0, 120),
    expected: `a relative path of at most ${maxPathBytes} bytes without "..", "\\", "#", "?" and control characters`,
  });
