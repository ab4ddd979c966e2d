import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiledFolder } from './folder.ts';

let project: string;
let packages: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'relevo-project-'));
  packages = join(project, 'node_modules');
  await mkdir(packages);
});
afterEach(() => rm(project, { recursive: true }));

describe('the folder of compiled code', () => {
  it('is one for the threads of all processes', async () => {
    const folder = await compiledFolder(project, 'threads');
    expect(folder).toBe(join(packages, '.cache/relevo/threads'));
    expect(await compiledFolder(project, 'threads')).toBe(folder);
  });

  it('is the own of who starts processes, and those of the dead are removed', async () => {
    const all = join(packages, '.cache/relevo/processes');
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    await mkdir(join(all, `${dead}-left`), { recursive: true });
    await mkdir(join(all, `${process.ppid}-runs`));
    const folder = await compiledFolder(project, 'processes');
    expect(folder.startsWith(join(all, `${process.pid}-`))).toBe(true);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await readdir(all)).map((name) => name.split('-')[0]).sort()).toEqual(
      [process.pid, process.ppid].map(String).sort(),
    );
  });

  it('goes with its process', async () => {
    const script = `import { compiledFolder } from ${JSON.stringify(new URL('./folder.ts', import.meta.url).href)};
      process.stdout.write(await compiledFolder(${JSON.stringify(project)}, 'processes'));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const folder = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(folder).toContain(join('processes', ''));
    expect(existsSync(folder)).toBe(false);
  });

  it.each(['threads', 'processes'] as const)(
    "of %s is private, and leads to the packages, where the packages' own cannot be written",
    async (kind) => {
      await writeFile(join(packages, '.cache'), 'no folder');
      await chmod(packages, 0o555);
      const folder = await compiledFolder(project, kind);
      expect(folder).not.toContain(packages);
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      expect(await readlink(join(folder, 'node_modules'))).toBe(packages);
    },
  );
});
