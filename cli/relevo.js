#!/usr/bin/env node
// Plain JavaScript on purpose: it must run on a Node that is too old for the rest, to say so.
const [major, minor] = process.versions.node.split('.').map(Number);

async function launch() {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./main.ts');
}

if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`Relevo needs Node 20.12 or later; this is ${process.versions.node} (${process.execPath}).`);
  process.exitCode = 2;
} else {
  launch().catch((error) => {
    const missing = /Cannot find package '([^']+)'/.exec(String(error?.message));
    console.error(missing ? `The package ${missing[1]} is not installed: run "npm install" first.` : error);
    process.exitCode = missing ? 2 : 1;
  });
}
