import { fileURLToPath } from 'node:url';

/** Shipped beside the code: read, never written. */
export const demoConfig = fileURLToPath(new URL('../../../config/demo.config.json', import.meta.url));
