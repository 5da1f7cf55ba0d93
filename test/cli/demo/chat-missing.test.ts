/** An installed package does not bring socket.io along. */

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Demo, startDemo } from '../../../src/cli/demo/start.ts';

vi.mock('socket.io', () => {
  throw new Error("Cannot find package 'socket.io'");
});

async function started(): Promise<Demo> {
  const demo = await startDemo();
  onTestFinished(demo.close);
  demo.connect('http://localhost:8010');
  return demo;
}

describe('the demo without socket.io', () => {
  it('tells its page what is missing, and how to get it', async () => {
    const { pageUrl } = await started();
    expect(await (await fetch(pageUrl)).text()).toContain('"missing":["socket.io"]');
    const script = await fetch(`${pageUrl}/socket.io.js`);
    expect(script.status).toBe(404);
    expect(await script.text()).toContain('npm i socket.io');
  });

  it('has everything else', async () => {
    const { apiUrl } = await started();
    expect((await fetch(`${apiUrl}/weather`)).status).toBe(200);
    expect((await fetch(`${apiUrl}/socket.io/?EIO=4&transport=polling`)).status).toBe(404);
  });
});
