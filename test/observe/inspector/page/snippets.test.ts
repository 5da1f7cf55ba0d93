import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlText, fetchText, lackOf } from '../../../../src/observe/inspector/page/snippets.ts';
import type { Detail, Field } from '../../../../src/observe/inspector/wire.ts';
import { row } from './rows.ts';

type Request = Pick<Detail, 'row' | 'url' | 'request'>;

function request(method: string, fields: readonly Field[], text = ''): Detail {
  const body = { kind: 'text', type: '', text, bytes: text.length, notes: [] } as const;
  const made: Request = {
    row: row(1, { method }),
    url: 'http://localhost:8010/gh/user?a=1&b=2',
    request: { fields, upstream: null, body },
  };
  return made as Detail;
}

describe('as curl', () => {
  it('repeats a request of a page', () => {
    const asked = request(
      'POST',
      [
        ['Host', 'localhost:8010'],
        ['Origin', 'http://localhost:5173'],
        ['Content-Length', '7'],
        ['X-Empty', ''],
      ],
      '{"a":1}',
    );
    expect(curlText(asked)).toBe(
      [
        "curl 'http://localhost:8010/gh/user?a=1&b=2'",
        '-X POST',
        "-H 'Origin: http://localhost:5173'",
        "-H 'X-Empty;'",
        `--data-raw '{"a":1}'`,
        "-H 'Content-Type:'",
      ].join(' \\\n  '),
    );
  });

  it('needs no method for GET, and asks for the head alone for HEAD', () => {
    expect(curlText(request('GET', []))).toBe("curl 'http://localhost:8010/gh/user?a=1&b=2'");
    expect(curlText(request('HEAD', []))).toContain('--head');
  });

  // The attack: a page sends a header that runs a command when a developer pastes the copied text into a shell.
  it('quotes what a peer wrote, so that a shell expands nothing of it', () => {
    const nasty = `'; touch /tmp/owned; echo '$(id) \`id\` "$HOME" !x \\`;
    const words = curlText(request('POST', [['X-A', nasty]], nasty))
      .replaceAll('\\\n', '')
      .replace(/^curl/, '');
    const out = execFileSync('/bin/sh', ['-c', `for word in ${words}; do printf '%s\\n' "$word"; done`]);
    expect(out.toString().split('\n')).toEqual([
      'http://localhost:8010/gh/user?a=1&b=2',
      '-X',
      'POST',
      '-H',
      `X-A: ${nasty}`,
      '--data-raw',
      nasty,
      '-H',
      'Content-Type:',
      '',
    ]);
  });
});

describe('what curl would make of it by itself', () => {
  it.each([
    ['a list in the query is no range', { url: 'http://localhost:8010/x?id[]=1' }, [], '--globoff'],
    ['the certificate of this proxy is its own', { url: 'https://localhost:8010/x' }, [], '--insecure'],
    ['what comes compressed is read', {}, [['Accept-Encoding', 'gzip, br']], '--compressed'],
  ] as const)('%s', (_, parts, fields, option) => {
    expect(curlText({ ...request('GET', fields), ...parts })).toContain(option);
    expect(curlText(request('GET', []))).not.toContain(option);
    expect(curlText({ ...request('GET', fields), ...parts })).not.toContain('gzip');
  });
});

describe('what a copy has not', () => {
  const asked = request('POST', [['Cookie', 'a=***']], 'text');
  const binary = { ...asked.request, body: { ...asked.request.body, kind: 'binary' as const } };

  it.each([
    ['nothing', { noReplay: '' }, 'curl x', ''],
    [
      'its body',
      { noReplay: 'its body was not kept: nobody was looking' },
      'curl x',
      'its body was not kept: nobody was looking',
    ],
    [
      'a body that is no text',
      { noReplay: '', request: binary },
      'curl x',
      'without its body, which is no text',
    ],
    ['a value', { noReplay: '' }, "curl x -H 'Cookie: a=***'", '*** stands for a value that is not shown'],
  ])('%s', (_, parts, copied, lack) => {
    expect(lackOf({ ...asked, ...parts }, copied)).toBe(lack);
  });
});

describe('as fetch', () => {
  it('leaves out what only a browser sets', () => {
    const asked = request(
      'PUT',
      [
        ['Host', 'localhost:8010'],
        ['Origin', 'http://localhost:5173'],
        ['Sec-Fetch-Mode', 'cors'],
        ['User-Agent', 'x'],
        ['Cookie', 'a=***'],
        ['X-Api-Key', '1'],
      ],
      'text',
    );
    expect(fetchText(asked)).toBe(
      `await fetch("http://localhost:8010/gh/user?a=1&b=2", ${JSON.stringify(
        { method: 'PUT', headers: { 'X-Api-Key': '1' }, credentials: 'include', body: 'text' },
        undefined,
        2,
      )});`,
    );
  });

  it('has no body where fetch takes none', () => {
    expect(fetchText(request('GET', [], 'x'))).not.toContain('body');
  });

  it('is short for a plain GET', () => {
    expect(fetchText(request('GET', []))).toBe('await fetch("http://localhost:8010/gh/user?a=1&b=2");');
  });
});
