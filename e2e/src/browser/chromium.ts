import { chromiumPath } from '@anywise/test-servers/chromium';
import { chromium, type Browser } from 'playwright-core';

/** Starts a browser without a window, which is closed at the end of the scope. */
export async function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium here.');
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
}
