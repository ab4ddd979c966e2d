import { type Browser, chromium } from 'playwright-core';
import { onPath } from '../../cli/up/temporal-binary.ts';

/** Chromium under the names that Debian, Fedora and Google give it; undefined where this machine has none. */
export async function chromiumHere(): Promise<string | undefined> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const program = await onPath(name, process.env.PATH);
    if (program !== undefined) return program;
  }
  return undefined;
}

/** A browser without a window that asks nothing of its maker. */
export const startBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-background-networking'] });
