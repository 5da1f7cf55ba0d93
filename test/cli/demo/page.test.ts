import { describe, expect, it, onTestFinished } from 'vitest';
import { snippetOf } from '../../../src/cli/demo/experiment.ts';
import { experiments } from '../../../src/cli/demo/experiments.ts';
import { pageHtml } from '../../../src/cli/demo/page-html.ts';
import { type Demo, startDemo } from '../../../src/cli/demo/start.ts';

async function started(): Promise<Demo> {
  const demo = await startDemo();
  onTestFinished(demo.close);
  return demo;
}

describe('the page server', () => {
  it('answers 503 until it knows where the proxy is', async () => {
    const demo = await started();
    expect((await fetch(demo.pageUrl)).status).toBe(503);
    demo.connect('http://localhost:8010/');
    const page = await fetch(demo.pageUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('"proxy":"http://localhost:8010"');
  });

  it('lets the page load from itself alone and call the two servers of the experiments', async () => {
    const demo = await started();
    demo.connect('http://localhost:8010');
    const policy = (await fetch(demo.pageUrl)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    const sockets = `${demo.apiUrl.replace('http', 'ws')} ws://localhost:8010`;
    expect(policy).toContain(`connect-src 'self' ${demo.apiUrl} http://localhost:8010 ${sockets};`);
    expect(policy).not.toContain('unsafe');
  });

  it('tells what reached the API, by the id in the query', async () => {
    const demo = await started();
    demo.connect('http://localhost:8010');
    await fetch(`${demo.apiUrl}/weather?call=one`);
    await fetch(`${demo.apiUrl}/article?call=two`);
    const seen: unknown = await (await fetch(`${demo.pageUrl}/seen?call=one`)).json();
    expect(seen).toEqual([
      expect.objectContaining({ method: 'GET', target: '/weather?call=one', status: 200 }),
    ]);
  });

  it('streams ticks one by one', async () => {
    const demo = await started();
    const response = await fetch(`${demo.apiUrl}/ticks`);
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await reader.read()).value)).toBe('id: 1\ndata: tick 1\n\n');
    expect(decoder.decode((await reader.read()).value)).toBe('id: 2\ndata: tick 2\n\n');
    await reader.cancel();
  });
});

describe('the page', () => {
  const origins = { page: 'http://localhost:1', api: 'http://127.0.0.1:2', proxy: 'http://localhost:3' };
  const html = pageHtml(origins);

  it('has a card for each side of each experiment, and nothing from elsewhere', () => {
    for (const { id } of experiments) {
      expect(html).toContain(`data-card="${id}-direct"`);
      expect(html).toContain(`data-card="${id}-proxied"`);
    }
    const loaded = [...html.matchAll(/(?:src|<link[^>]*href)="([^"]*)"/g)].map(([, url]) => url);
    expect(loaded).toEqual(['/icon.svg', '/style.css', '/draw.js']);
  });

  it('cannot be ended by what stands in its data', () => {
    const hostile = pageHtml({ ...origins, proxy: 'http://localhost:3/</script><script>alert(1)' });
    expect(hostile).not.toContain('<script>alert');
  });

  it('shows the code of a call as one would write it', () => {
    const [preflighted] = experiments.filter(({ id }) => id === 'preflight');
    expect(preflighted === undefined ? '' : snippetOf(preflighted)).toBe(
      [
        "await fetch(api + '/notes/1', {",
        "  method: 'PUT',",
        '  headers: {',
        "    'Content-Type': 'application/json',",
        "    'X-Edit-Reason': 'typo',",
        '  },',
        "  body: JSON.stringify({ text: 'Buy two stamps' }),",
        '})',
      ].join('\n'),
    );
  });
});
