/** `status:4xx cors:refused route:/pay checkout`: what is typed above the list, and what it lets through. */

import type { Row } from '../wire.ts';
import type { Item } from './pairing.ts';

export type Filter = (item: Item) => boolean;

/** Every word must hold; one with a minus in front must not. */
export function filterOf(text: string): Filter {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-');
  const tests = words.map(wordTest);
  return (item) => tests.every((test) => test(item));
}

function wordTest(word: string): Filter {
  if (word.startsWith('-')) {
    const test = wordTest(word.slice(1));
    return (item) => !test(item);
  }
  const colon = word.indexOf(':');
  const test =
    colon < 1 ? undefined : keyTest(word.slice(0, colon).toLowerCase(), word.slice(colon + 1).toLowerCase());
  return test ?? textTest(word.toLowerCase());
}

/** `undefined`: no key of ours, so the word is text as it stands, `localhost:5173` for one. */
function keyTest(key: string, value: string): Filter | undefined {
  switch (key) {
    case 'status':
      return onRow((row) => isStatus(row.status, value));
    case 'cors':
      return either((row) => row.verdict.replace(' ', '-').startsWith(value.replace(' ', '-')));
    case 'route':
      return onRow((row) => row.match.toLowerCase().includes(value) || String(row.route) === value);
    case 'method':
      return either((row) => row.method.toLowerCase() === value);
    case 'origin':
      return onRow((row) => (row.origin ?? '').toLowerCase().includes(value));
    case 'code':
      return onRow((row) => row.code.includes(value));
    case 'is':
      return kindTest(value);
    default:
      return undefined;
  }
}

function onRow(test: (row: Row) => boolean): Filter {
  return ({ row }) => test(row);
}

/** Of the request, or of the preflight that stands with it. */
function either(test: (row: Row) => boolean): Filter {
  return ({ row, preflight }) => test(row) || (preflight !== null && test(preflight));
}

/** `404`, `4xx`, `4`, `>=400`, `<300` */
function isStatus(status: number, value: string): boolean {
  const compared = /^([<>]=?)([0-9]+)$/.exec(value);
  if (compared !== null) return compares(status, compared[1] ?? '', Number(compared[2]));
  return String(status).startsWith(value.replace(/x+$/, ''));
}

function compares(status: number, sign: string, bound: number): boolean {
  switch (sign) {
    case '<':
      return status < bound;
    case '<=':
      return status <= bound;
    case '>':
      return status > bound;
    default:
      return status >= bound;
  }
}

function kindTest(value: string): Filter {
  switch (value) {
    case 'refused':
      return either((row) => row.mark === '✗' && row.who !== 'upstream');
    case 'failed':
      return onRow((row) => row.who === 'upstream');
    case 'running':
      return onRow((row) => row.isRunning);
    case 'preflight':
      return either((row) => row.ask !== null);
    case 'replay':
      return onRow((row) => row.replayOf !== null);
    case 'socket':
    case 'ws':
      return onRow((row) => row.who === 'ws');
    default:
      return () => false;
  }
}

function textTest(text: string): Filter {
  return onRow((row) => searched(row).some((each) => each.toLowerCase().includes(text)));
}

function searched(row: Row): readonly string[] {
  return [row.path, row.method, String(row.status), row.origin ?? '', row.match, row.word, row.why, row.code];
}
