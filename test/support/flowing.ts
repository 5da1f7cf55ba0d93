/** What an upload gives, as a connection takes it. */

import type { Upload } from '../../src/proxy/client/upload.ts';

export function flowing(upload: Upload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    upload.flowTo({
      write: (chunk) => {
        chunks.push(chunk);
        return true;
      },
      end: () => resolve(Buffer.concat(chunks)),
    });
  });
}
