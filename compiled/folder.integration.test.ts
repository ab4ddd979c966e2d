import { mkdir, mkdtemp, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leadToPackages, threadsFolder } from './folder.ts';

let project: string;
let packages: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'relevo-project-'));
  packages = join(project, 'node_modules');
  await mkdir(packages);
});
afterEach(() => rm(project, { recursive: true }));

describe('the folder of what threads run', () => {
  it('lies below the packages, the same for all processes', async () => {
    const folder = await threadsFolder(project);
    expect(folder).toBe(join(packages, '.cache/relevo/threads'));
    expect(await threadsFolder(project)).toBe(folder);
  });

  it("is private, and leads to the packages, where the packages' own cannot be written", async () => {
    await writeFile(join(packages, '.cache'), 'no folder');
    const folder = await threadsFolder(project);
    expect(folder).not.toContain(packages);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readlink(join(folder, 'node_modules'))).toBe(packages);
  });
});

describe('a folder anywhere', () => {
  it('is led to the packages by as many as come at once', async () => {
    const folder = join(project, 'home', 'processes');
    await Promise.all(Array.from({ length: 8 }, () => leadToPackages(folder, project)));
    expect(await readlink(join(folder, 'node_modules'))).toBe(packages);
  });

  it('is led to those of a checkout that moved', async () => {
    const folder = join(project, 'home');
    await mkdir(folder);
    await symlink('/nowhere/node_modules', join(folder, 'node_modules'));
    await leadToPackages(folder, project);
    expect(await readlink(join(folder, 'node_modules'))).toBe(packages);
  });
});
