/** The methods that Node's parser can read; a preflight must not promise another one (it answers a bare 400). */

import { METHODS } from 'node:http';

export const receivableMethods: ReadonlySet<string> = new Set(METHODS);
