#!/usr/bin/env node
// No `env -S node --` above, although Node (20 to 24) looks for `--env-file` behind the script's name too, and ends
// with 9 where that file is missing: the env of BusyBox has no -S, so that nothing would start in Alpine's images.
// Plain old syntax and no static import: this file must be readable by the Node that it turns away.

const parts = process.versions.node.split('.').map(Number);
const isNewEnough =
  (parts[0] === 20 && parts[1] >= 19) || (parts[0] === 22 && parts[1] >= 12) || parts[0] > 22;

if (isNewEnough) {
  import('../dist/cli/start.js').then((cli) => cli.start(), explainMissingBuild);
} else {
  console.error(
    `✗ Cannot run on Node ${process.versions.node}: cors-proxy needs 20.19 or a later 20, or 22.12 or later`,
  );
  console.error('  Mend: install a current Node, e.g. nvm install 22');
  process.exitCode = 2;
}

/** A clone holds no compiled code. */
function explainMissingBuild(error) {
  const isMissing = error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('start.js');
  if (!isMissing) throw error;
  console.error('✗ Cannot start: cors-proxy is not built, dist/ is missing');
  console.error('  Mend: npm run build');
  process.exitCode = 1;
}
