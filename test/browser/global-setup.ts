/** Once before the browser tests: a Chromium is there, or the run fails with what to do. Workers inherit the variable. */

import { findOrInstallChromium } from '../support/chromium.ts';

export function setup(): void {
  process.env.CORS_PROXY_CHROMIUM = findOrInstallChromium();
}
