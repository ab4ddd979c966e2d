import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import { uploadedFile } from '../../http/upload.ts';
import { limits } from '../../limits.ts';
import type { ApiContext, ApiEnv } from '../../openapi.ts';
import type { Permission } from '../../security/roles.ts';
import { pipelineFilter, pipelineGuard } from './access.ts';
import { artifactsBase, checkedPath, filePath, maxPathBytes, pathBelowRoot } from './artifact-paths.ts';
import type { AddEndpoint } from './endpoint.ts';
import { id, optionalText } from './schemas.ts';

type Deps = Pick<ApiDeps, 'registry' | 'artifacts' | 'pipelines'>;

/**
 * The proxy between clients and the artifact store. Files are kept under the hash of their content; the path that a
 * client gives one is a row in the database and never a path of this machine.
 */
export function addArtifacts(router: Hono<ApiEnv>, deps: Deps): void {
  const { registry, artifacts } = deps;
  const known = registry.mlflow.artifacts;
  const guard = experimentGuard(deps);
  const maySee = pipelineFilter(deps);
  router.get(artifactsBase, async (c) => {
    const path = guard(c, 'read', checkedPath(c.req.query('path') ?? ''));
    const { files } = await listed(known, path);
    return c.json({ files: path === '' ? files.filter((file) => maySee(c, file.path)) : files }, 200);
  });
  router.put(`${artifactsBase}/:path{.+}`, async (c) => {
    const path = guard(c, 'operate', filePath(c));
    const ref = await artifacts.putStream(uploadedFile(c), {
      name: basename(path),
      mediaType: 'application/octet-stream',
      maxBytes: limits.artifactBytes,
    });
    await known.put(path, ref);
    return c.json({}, 200);
  });
  router.get(`${artifactsBase}/:path{.+}`, async (c) => {
    const ref = await known.get(guard(c, 'read', filePath(c)));
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
    await known.delete(guard(c, 'operate', filePath(c)));
    return c.json({}, 200);
  });
}

/** The files of a run or a logged model, by the run's or the model's own paths. */
export function addArtifactLists(add: AddEndpoint, deps: Deps): void {
  const { artifacts, runs, loggedModels } = deps.registry.mlflow;
  const guard = experimentGuard(deps);
  const answer = async (c: ApiContext, rootUri: string, folder = '') => {
    const root = guard(c, 'read', pathBelowRoot(rootUri));
    const path = checkedPath(folder);
    const { files } = await listed(artifacts, path === '' ? root : `${root}/${path}`);
    const placed = files.map((file) => ({ ...file, path: path === '' ? file.path : `${path}/${file.path}` }));
    return { root_uri: rootUri, files: placed };
  };
  const ofRun = z.object({ run_id: id, path: optionalText(maxPathBytes) });
  add('GET', '/artifacts/list', ofRun, async ({ run_id, path }, c) => {
    const { info } = z
      .object({ info: z.object({ artifact_uri: z.string() }) })
      .parse(JSON.parse(await runs.get(run_id)));
    return await answer(c, info.artifact_uri, path);
  });
  const ofModel = z.object({ model_id: id, artifact_directory_path: optionalText(maxPathBytes) });
  add('GET', '/logged-models/:model_id/artifacts/directories', ofModel, async (given, c) => {
    const { artifactLocation } = await loggedModels.get(given.model_id);
    return await answer(c, artifactLocation, given.artifact_directory_path);
  });
}

/** Gives a path back to who has the permission for it: the first folder is the experiment, which may be a pipeline's. */
function experimentGuard(deps: Pick<Deps, 'pipelines'>) {
  const guard = pipelineGuard(deps);
  return (c: ApiContext, permission: Permission, path: string): string => {
    guard(c, permission, path.split('/', 1)[0]);
    return path;
  };
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
