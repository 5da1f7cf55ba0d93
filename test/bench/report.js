/** Numbers → Markdown. */

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export function rateTable(rows) {
  return table(
    ['', 'requests/s', 'ours ÷ it', 'spread', 'CPU µs/request', 'core busy'],
    rows.map((row) =>
      row.failed === undefined
        ? [
            row.name,
            whole(row.perSecond),
            `${row.ratio.median.toFixed(2)}`,
            `${row.ratio.least.toFixed(2)}–${row.ratio.most.toFixed(2)}`,
            row.cpuMicroseconds.toFixed(1),
            `${Math.round(row.busy * 100)} %`,
          ]
        : [row.name, '–', '–', '–', '–', row.failed],
    ),
  );
}

export function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}
