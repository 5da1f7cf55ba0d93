/** A file's text replaced in one step: whoever reads it meets the old one or the new one, never half of either. */

import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export type Replaced = 'written' | 'changed meanwhile';

/** Follows links, keeps the mode; writes nothing where the file does not hold `before` any more. Rejects as `node:fs` does. */
export async function replaceFile(
  path: string,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<Replaced> {
  // A link stays a link: what it leads to is replaced.
  const real = await realpath(path);
  const { mode } = await stat(real);
  const beside = join(dirname(real), `.${basename(real)}.${randomBytes(4).toString('hex')}`);
  try {
    const file = await open(beside, 'wx', mode);
    try {
      // The mode that `open` takes is cut by the umask.
      await file.chmod(mode);
      await file.writeFile(after);
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await readFile(real, 'utf8')) !== before) return 'changed meanwhile';
    await rename(beside, real);
    return 'written';
  } finally {
    // Gone already where it was renamed.
    await unlink(beside).catch(() => {});
  }
}
