/** The load generator: raw sockets, so that it can ask for more than any proxy can give. */

import { connect } from 'node:net';
import { MessageReader, saysClose } from './messages.js';

/** Each read is looked at before the next: one buffer serves all connections. */
const inbox = Buffer.allocUnsafeSlow(256 * 1024);

/** A connection that has one request on its way at most. */
class Client {
  #port;
  #socket;
  #step;
  #whenAnswered;
  #head = '';
  #body = Buffer.alloc(0);
  #mustReconnect = false;
  #errors;

  constructor(port, errors) {
    this.#port = port;
    this.#errors = errors;
    this.#connect();
  }

  send(step, whenAnswered) {
    if (this.#mustReconnect) this.#connect();
    this.#step = step;
    this.#whenAnswered = whenAnswered;
    this.#socket.write(step.bytes);
  }

  destroy() {
    this.#step = undefined;
    this.#socket.destroy();
  }

  #connect() {
    this.#mustReconnect = false;
    const reader = new MessageReader({
      onHead: (head) => {
        this.#head = head;
        this.#body = undefined;
      },
      onBody: (piece) => {
        this.#body = this.#body === undefined ? piece : Buffer.concat([this.#body, piece]);
      },
      onEnd: () => this.#answered(),
      onSwitch: () => this.#errors.push('switched protocols'),
    });
    const callback = (size) => {
      reader.push(inbox.subarray(0, size));
      // The rest of a body comes into the same buffer.
      if (this.#body !== undefined && this.#step !== undefined) this.#body = Buffer.from(this.#body);
      return true;
    };
    const socket = connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: inbox, callback },
    });
    const lost = (why) => {
      if (socket === this.#socket && !this.#mustReconnect && this.#step !== undefined) this.#fail(why);
      else if (socket === this.#socket) this.#mustReconnect = true;
    };
    socket.on('error', (error) => lost(error.message));
    socket.on('close', () => lost('closed before the answer'));
    this.#socket = socket;
  }

  #answered() {
    const step = this.#step;
    const whenAnswered = this.#whenAnswered;
    if (step === undefined) return;
    this.#step = undefined;
    const answer = { head: this.#head, body: this.#body ?? empty };
    if (!step.isRight(answer)) this.#errors.push(`wrong answer: ${answer.head.split('\r\n', 1)[0]}`);
    if (saysClose(this.#head)) this.#mustReconnect = true;
    whenAnswered();
  }

  #fail(why) {
    const whenAnswered = this.#whenAnswered;
    this.#errors.push(why);
    this.#step = undefined;
    this.#mustReconnect = true;
    // A proxy that is gone must not become a busy loop.
    if (this.#errors.length < 100) whenAnswered();
  }
}

const empty = Buffer.alloc(0);

/**
 * As many exchanges as the proxy can do over `connections` connections; each connection goes through `steps` in turn,
 * and each answer is checked. `measured` is called at the beginning and at the end of the time that counts.
 */
export async function saturate(port, steps, { connections, warmMs = 150, ms, sample }) {
  const errors = [];
  const clients = Array.from({ length: connections }, () => new Client(port, errors));
  let count = 0;
  let isStopped = false;
  let open = connections;
  let allAnswered;
  const end = new Promise((resolve) => {
    allAnswered = resolve;
  });
  clients.forEach((client, i) => {
    let turn = Math.floor((i * steps.length) / connections);
    const next = () => {
      count += 1;
      if (isStopped) {
        open -= 1;
        if (open === 0) allAnswered();
        return;
      }
      turn = (turn + 1) % steps.length;
      client.send(steps[turn], next);
    };
    client.send(steps[turn], next);
  });
  const rest = keepAwake();
  await sleep(warmMs);
  const before = { count, at: performance.now(), ...sample() };
  await sleep(ms);
  const after = { count, at: performance.now(), ...sample() };
  isStopped = true;
  rest();
  await Promise.race([end, sleep(3000).then(() => errors.push('an answer did not come within 3 s'))]);
  for (const client of clients) client.destroy();
  const done = after.count - before.count;
  const seconds = (after.at - before.at) / 1000;
  return {
    perSecond: done / seconds,
    cpuMicroseconds: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / done,
    busy: (after.cpuSeconds - before.cpuSeconds) / seconds,
    errors,
  };
}

/**
 * Exchanges at a fixed rate, whatever the answers do: latency counts from the moment at which a request was due, so that
 * a stall is paid by all who had to wait for it. The loop spins: a timer of a millisecond would be seen in the result.
 */
export async function paced(port, step, { connections, perSecond, ms }) {
  const errors = [];
  const idle = Array.from({ length: connections }, () => new Client(port, errors));
  const all = [...idle];
  const waiting = [];
  const latencies = [];
  const interval = 1000 / perSecond;
  const begin = performance.now();
  const warmUntil = begin + 500;
  const end = warmUntil + ms;
  let due = begin;
  let running = 0;
  const start = (client, at) => {
    running += 1;
    client.send(step, () => {
      running -= 1;
      if (at >= warmUntil) latencies.push(performance.now() - at);
      const next = waiting.shift();
      if (next === undefined) idle.push(client);
      else start(client, next);
    });
  };
  await new Promise((resolve) => {
    const turn = () => {
      const now = performance.now();
      for (; due <= now && due < end; due += interval) {
        const client = idle.pop();
        if (client === undefined) waiting.push(due);
        else start(client, due);
      }
      if (now >= end && (running === 0 || now >= end + 2000)) resolve();
      else setImmediate(turn);
    };
    turn();
  });
  for (const client of all) client.destroy();
  const isKept = running === 0 && waiting.length === 0;
  return { latencies: latencies.sort((a, b) => a - b), isKept, errors };
}

/** A core that sleeps has to be woken by whoever writes to it, and a slow proxy would pay for that at each answer. */
function keepAwake() {
  let isAwake = true;
  const turn = () => {
    if (isAwake) setImmediate(turn);
  };
  turn();
  return () => {
    isAwake = false;
  };
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
