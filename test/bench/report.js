/** Numbers → Markdown, and its place in docs/benchmarks.md. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export function rateTable(rows) {
  const head = ['', 'requests/s', 'ours ÷ it', 'least–most', 'CPU µs/request', 'core busy'];
  return table(
    head,
    rows.map((row) =>
      row.failed === undefined
        ? [
            row.name,
            whole(row.perSecond),
            row.ratio.median.toFixed(2),
            `${row.ratio.least.toFixed(2)}–${row.ratio.most.toFixed(2)}`,
            row.cpuMicroseconds.toFixed(1),
            `${Math.round(row.busy * 100)} %`,
          ]
        : failedRow(row, head),
    ),
  );
}

export function transferTable(rows) {
  const head = ['', 'MB/s', 'ours ÷ it', 'least–most'];
  return table(
    head,
    rows.map((row) =>
      row.failed === undefined
        ? [
            row.name,
            whole(row.rate),
            row.ratio.median.toFixed(2),
            `${row.ratio.least.toFixed(2)}–${row.ratio.most.toFixed(2)}`,
          ]
        : failedRow(row, head),
    ),
  );
}

export function growthTable(rows) {
  return table(
    ['', '1 GB down', '1 GB up'],
    rows.map(({ name, down, up }) => [name, megabytes(down), megabytes(up)]),
  );
}

function megabytes(value) {
  return typeof value === 'number' ? `${value.toFixed(1)} MB` : value;
}

export function streamTable(rows) {
  const head = ['', 'memory each', 'p50', 'p99'];
  return table(
    head,
    rows.map((row) =>
      row.failed === undefined
        ? [
            row.name,
            `${row.kilobytesEach.toFixed(1)} KB`,
            `${row.p50.toFixed(3)} ms`,
            `${row.p99.toFixed(3)} ms`,
          ]
        : failedRow(row, head),
    ),
  );
}

export function latencyTable([direct, ...rows]) {
  const line = ({ name, p50, p99, p999, isKept }) =>
    isKept
      ? [name, p50.toFixed(3), p99.toFixed(3), p999.toFixed(3), (p99 - direct.p99).toFixed(3)]
      : [name, '–', '–', '–', 'cannot keep this rate'];
  return table(['ms', 'p50', 'p99', 'p99.9', 'p99 added'], [direct, ...rows].map(line));
}

export function startTable(rows) {
  return table(
    ['', 'median', 'least'],
    rows.map(({ name, ms, least }) => [name, `${Math.round(ms)} ms`, `${Math.round(least)} ms`]),
  );
}

export function profileTable(shares) {
  return table(
    ['', 'share'],
    shares.map(({ owner, share }) => [owner, `${(share * 100).toFixed(1)} %`]),
  );
}

function failedRow({ name, failed }, head) {
  return [name, ...head.slice(2).map(() => '–'), failed];
}

export function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}

/** Where, when and with what. */
export function setting(contestants, { isPinned, load }) {
  const [cpu] = cpus();
  const kernel = execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim();
  const versions = contestants.map(({ name, version }) => `${name} ${version ?? '(not installed)'}`);
  return [
    `${new Date().toISOString().slice(0, 10)}, ${kernel}, ${cpus().length} × ${cpu.model.trim()}, ` +
      `${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}; ` +
      `${isPinned ? 'pinned' : 'NOT PINNED'}; load average before the run ${load.toFixed(1)}.`,
    '',
    `${versions.join('; ')}.`,
  ].join('\n');
}

const begin = '<!-- what follows is written by npm run bench -->';

/** The prose above the mark stays. */
export function writeReport(file, text) {
  const before = readFileSync(file, 'utf8');
  const end = before.indexOf(begin);
  if (end === -1) throw new Error(`${file} has no line "${begin}"`);
  writeFileSync(file, `${before.slice(0, end)}${begin}\n\n${text}\n`);
}
