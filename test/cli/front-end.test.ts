import { describe, expect, it } from 'vitest';
import { frontEndsOf } from '../../src/cli/front-end.ts';

interface Row {
  readonly dependencies: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly found: readonly string[];
}

const rows: Readonly<Record<string, Row>> = {
  Vite: { dependencies: ['vite'], found: ['Vite http://localhost:5173'] },
  'Next.js': { dependencies: ['next', 'react'], found: ['Next.js http://localhost:3000'] },
  Angular: { dependencies: ['@angular/core'], found: ['Angular http://localhost:4200'] },
  'Create React App': { dependencies: ['react-scripts'], found: ['Create React App http://localhost:3000'] },
  'Nuxt, which has vite too': { dependencies: ['vite', 'nuxt'], found: ['Nuxt http://localhost:3000'] },
  SvelteKit: { dependencies: ['@sveltejs/kit', 'vite'], found: ['SvelteKit http://localhost:5173'] },
  Astro: { dependencies: ['astro'], found: ['Astro http://localhost:4321'] },
  'Remix as it was': { dependencies: ['@remix-run/dev'], found: ['Remix http://localhost:3000'] },
  'Remix on Vite': { dependencies: ['@remix-run/dev', 'vite'], found: ['Vite http://localhost:5173'] },
  Parcel: { dependencies: ['parcel'], found: ['Parcel http://localhost:1234'] },
  webpack: {
    dependencies: ['webpack-dev-server'],
    found: ['webpack-dev-server http://localhost:8080'],
  },
  'Vue CLI': { dependencies: ['@vue/cli-service'], found: ['Vue CLI http://localhost:8080'] },
  Gatsby: { dependencies: ['gatsby'], found: ['Gatsby http://localhost:8000'] },
  'Storybook beside the app': {
    dependencies: ['vite', 'storybook'],
    scripts: { storybook: 'storybook dev -p 6007' },
    found: ['Vite http://localhost:5173', 'Storybook http://localhost:6007'],
  },
  'nothing that is known': { dependencies: ['express'], found: [] },
  'a port in vite.config, not that of the preview, of a proxy or of a comment': {
    dependencies: ['vite'],
    files: {
      'vite.config.ts': `export default defineConfig({
  preview: { port: 4173 },
  // server: { port: 1 },
  server: { proxy: { '/api': { target: 'http://localhost:9000', port: 9000 } }, /* port: 2 */ port: 3210 },
});`,
    },
    found: ['Vite http://localhost:3210'],
  },
  'a config that works its port out is not guessed at': {
    dependencies: ['vite'],
    files: { 'vite.config.js': 'export default { server: { port: Number(process.env.PORT) } }' },
    found: ['Vite http://localhost:5173'],
  },
  'a port in the script stands above the config': {
    dependencies: ['vite'],
    scripts: { dev: 'vite --port 3001' },
    files: { 'vite.config.js': 'export default { server: { port: 3210 } }' },
    found: ['Vite http://localhost:3001'],
  },
  'next dev -p': {
    dependencies: ['next'],
    scripts: { dev: 'next dev -p 3005', start: 'next start -p 80' },
    found: ['Next.js http://localhost:3005'],
  },
  'PORT in a script': {
    dependencies: ['react-scripts'],
    scripts: { start: 'PORT=3009 react-scripts start' },
    found: ['Create React App http://localhost:3009'],
  },
  'PORT in .env of Create React App': {
    dependencies: ['react-scripts'],
    files: { '.env': 'A=1\nPORT=3008\n' },
    found: ['Create React App http://localhost:3008'],
  },
  'a port in angular.json': {
    dependencies: ['@angular/cli'],
    files: {
      'angular.json': '{"projects":{"lib":{},"app":{"architect":{"serve":{"options":{"port":4300}}}}}}',
    },
    found: ['Angular http://localhost:4300'],
  },
  'a script that runs something else keeps its port to itself': {
    dependencies: ['vite'],
    scripts: { dev: 'vite', start: 'node server.js -p 8080' },
    found: ['Vite http://localhost:5173'],
  },
  'a script that runs the tool by a script of its own': {
    dependencies: ['next'],
    scripts: { dev: 'node scripts/dev.js --port 3100' },
    found: ['Next.js http://localhost:3100'],
  },
  'Vite with a certificate': {
    dependencies: ['vite', '@vitejs/plugin-basic-ssl'],
    found: ['Vite https://localhost:5173'],
  },
  'Next.js with a certificate': {
    dependencies: ['next'],
    scripts: { dev: 'next dev --experimental-https -p 3001' },
    found: ['Next.js https://localhost:3001'],
  },
  'Angular with a certificate': {
    dependencies: ['@angular/core'],
    scripts: { start: 'ng serve --ssl' },
    found: ['Angular https://localhost:4200'],
  },
  'Create React App with a certificate': {
    dependencies: ['react-scripts'],
    scripts: { start: 'HTTPS=true react-scripts start' },
    found: ['Create React App https://localhost:3000'],
  },
  'a project of tsc alone: -p is no port': {
    dependencies: ['vite'],
    scripts: { dev: 'tsc -p tsconfig.json && vite' },
    found: ['Vite http://localhost:5173'],
  },
};

describe('the front end of a project', () => {
  it.each(Object.entries(rows))('%s', (_sentence, { dependencies, files = {}, scripts = {}, found }) => {
    const devDependencies = Object.fromEntries(dependencies.map((name) => [name, '1']));
    const all: Readonly<Record<string, string>> = {
      ...files,
      'package.json': JSON.stringify({ devDependencies, scripts }),
    };
    const seen = frontEndsOf({ textOf: (name) => all[name] });
    expect(seen.map(({ name, origin }) => `${name} ${origin}`)).toEqual(found);
  });

  it.each(['{', '[]', 'null', '{"dependencies":["vite"]}', '{"scripts":7}', undefined])(
    'is unknown beside the package.json %j',
    (text) => {
      expect(frontEndsOf({ textOf: () => text })).toEqual([]);
    },
  );
});
