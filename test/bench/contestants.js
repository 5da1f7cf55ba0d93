/** Who is measured, under which version, and how each is started: as its own documentation shows, and as it is shipped. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasCommand } from './processes.js';
import { origin } from './requests.js';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '../..');

/** Not in node_modules itself: what is installed there would be removed by the next `npm install`. */
export const scratch = join(project, 'node_modules/.cache/bench');

/** Exact versions, so that two runs measure the same. http-proxy-3 is the line that this project carries. */
const packages = {
  'http-proxy': '1.18.1',
  'http-proxy-3': '1.23.3',
  httpxy: '0.5.6',
  'http-proxy-middleware': '4.2.2',
  express: '5.3.0',
  cors: '2.8.6',
  vite: '8.3.8',
  'local-cors-proxy': '1.1.0',
  'cors-anywhere': '0.4.4',
  fastify: '5.12.8',
  '@fastify/reply-from': '12.6.5',
  'fast-proxy': '2.2.0',
  undici: '7.30.2',
};

/** Installs the peers where they are not yet. */
export function installPeers() {
  mkdirSync(scratch, { recursive: true });
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: packages });
  const file = join(scratch, 'package.json');
  const isDone =
    existsSync(join(scratch, 'node_modules')) && existsSync(file) && readFileSync(file, 'utf8') === manifest;
  if (!isDone) {
    writeFileSync(file, manifest);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: scratch,
      stdio: 'ignore',
    });
  }
  copyFileSync(join(here, 'peers.js'), join(scratch, 'peers.js'));
}

const node = process.execPath;

function library(name, needs = [name]) {
  const version = needs
    .map((each) => (each === name ? packages[each] : `${each} ${packages[each]}`))
    .join(', ');
  return {
    name,
    version,
    command: ({ port, apiPort }) => ({ file: node, args: ['peers.js', name, port, apiPort], cwd: scratch }),
  };
}

/** Three routes, credentials, an expose list; the log and the journal are on, as they always are. */
function ownConfig(port, apiPort, more) {
  return {
    listen: { port: Number(port) },
    cors: {
      allowOrigin: [origin, 'https://*.example.test'],
      allowCredentials: true,
      exposeHeaders: ['ETag', 'X-Request-Id'],
      maxAge: 600,
    },
    routes: ['/auth/**', '/api/**', '/**'].map((match) => ({ match, target: `http://127.0.0.1:${apiPort}` })),
    ...more,
  };
}

/** `root` holds the build; `more` goes over the config. */
export function ours({ name = 'cors-proxy', root = project, more = {} } = {}) {
  return {
    name,
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    command: ({ port, apiPort }) => {
      const config = join(scratch, `config-${port}.json`);
      writeFileSync(config, JSON.stringify(ownConfig(port, apiPort, more)));
      return { file: node, args: [join(root, 'bin/cors-proxy.js'), '-c', config], cwd: scratch };
    },
  };
}

/** As many routes as asked for, each with a glob of its own; the request of step `i` goes to route `i`. */
export function oursWithRoutes(count) {
  const routes = ({ apiPort }) =>
    Array.from({ length: count }, (_, i) => ({ match: `/r${i}/**`, target: `http://127.0.0.1:${apiPort}` }));
  const one = ours({ name: `${count} ${count === 1 ? 'route' : 'routes'}` });
  return {
    ...one,
    command: (ports) => ours({ name: one.name, more: { routes: routes(ports) } }).command(ports),
    probe: '/r0/json',
  };
}

/** Limits that a test of many streams needs; everything else as shipped. */
export const oursForStreams = () =>
  ours({ more: { limits: { connections: 4000, queue: 4000, requestBody: '2gb' } } });

export const floor = {
  name: 'bare node:http, no proxy',
  version: process.version,
  command: ({ port }) => ({ file: node, args: [join(here, 'floor.js'), port] }),
};

const localCorsProxy = {
  name: 'local-cors-proxy',
  version: packages['local-cors-proxy'],
  command: ({ port, apiPort }) => ({
    file: node,
    args: [
      join(scratch, 'node_modules/local-cors-proxy/bin/lcp.js'),
      ...['--port', port, '--proxyUrl', `http://127.0.0.1:${apiPort}`, '--proxyPartial', ''],
      ...['--credentials', '--origin', origin],
    ],
  }),
};

const corsAnywhere = {
  name: 'cors-anywhere',
  version: packages['cors-anywhere'],
  command: ({ port }) => ({
    file: node,
    args: [join(scratch, 'node_modules/cors-anywhere/server.js')],
    env: { HOST: '127.0.0.1', PORT: port },
  }),
  path: (path, apiPort) => `/http://127.0.0.1:${apiPort}${path}`,
};

const caddy = {
  name: 'Caddy, one core',
  version: versionOf('caddy', ['version']),
  command: ({ port, apiPort }) => {
    const file = join(scratch, 'Caddyfile');
    writeFileSync(file, caddyfile(port, apiPort));
    const args = ['run', '--adapter', 'caddyfile', '--config', file];
    return {
      file: 'caddy',
      args,
      env: { GOMAXPROCS: '1', XDG_DATA_HOME: scratch, XDG_CONFIG_HOME: scratch },
    };
  },
};

function caddyfile(port, apiPort) {
  return `{
  admin off
  auto_https off
}
http://127.0.0.1:${port}, http://localhost:${port} {
  header Access-Control-Allow-Origin ${origin}
  header Access-Control-Allow-Credentials true
  header Access-Control-Expose-Headers "ETag, X-Request-Id"
  header Vary Origin
  @preflight method OPTIONS
  handle @preflight {
    header Access-Control-Allow-Methods POST
    header Access-Control-Allow-Headers "authorization, content-type"
    respond 204
  }
  handle {
    reverse_proxy 127.0.0.1:${apiPort}
  }
}
`;
}

const nginx = {
  name: 'nginx, one worker',
  version: versionOf('nginx', ['-v']),
  command: ({ port, apiPort }) => {
    const file = join(scratch, 'nginx.conf');
    writeFileSync(file, nginxConf(port, apiPort));
    return { file: 'nginx', args: ['-c', file, '-p', scratch, '-e', join(scratch, 'nginx-error.log')] };
  },
};

function nginxConf(port, apiPort) {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off; master_process off; pid ${scratch}/nginx.pid; worker_rlimit_nofile 10000;
events { worker_connections 8192; }
http {
  ${folders.map((name) => `${name}_temp_path ${scratch}/nginx-${name};`).join(' ')}
  access_log ${scratch}/nginx-access.log;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  upstream api { server 127.0.0.1:${apiPort}; keepalive 64; keepalive_requests 1000000000; }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port};
    add_header Access-Control-Allow-Origin ${origin} always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Expose-Headers "ETag, X-Request-Id" always;
    add_header Vary Origin always;
    location / {
      if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin ${origin};
        add_header Access-Control-Allow-Methods POST;
        add_header Access-Control-Allow-Headers "authorization, content-type";
        return 204;
      }
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`;
}

/** `undefined` where the binary is missing. */
function versionOf(file, args) {
  if (!hasCommand(file, args)) return undefined;
  // nginx says it on standard error.
  const text = execFileSync('sh', ['-c', `${file} ${args.join(' ')} 2>&1`], { encoding: 'utf8' });
  return /[0-9]+\.[0-9]+\.[0-9]+/.exec(text)?.[0];
}

export const keepAlive = library('http-proxy, keep-alive agent', ['http-proxy']);

export const peers = [
  floor,
  nginx,
  caddy,
  keepAlive,
  library('http-proxy'),
  library('http-proxy-3'),
  library('httpxy'),
  library('http-proxy-middleware', ['http-proxy-middleware', 'cors', 'express']),
  library('Vite', ['vite']),
  localCorsProxy,
  corsAnywhere,
  library('@fastify/reply-from', ['@fastify/reply-from', 'fastify']),
  library('fast-proxy'),
  library('bare undici, no checks, no log', ['undici']),
];
