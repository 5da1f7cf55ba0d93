/** Names under which anybody can get a name of his own (V15); short on purpose: no list package for a warning. */

/** Top-level names that nobody can register: RFC 2606, RFC 6761, and `.internal` by ICANN's promise. */
const reserved: ReadonlySet<string> = new Set(['example', 'internal', 'invalid', 'localhost', 'test']);

const hosters: ReadonlySet<string> = new Set([
  'amazonaws.com',
  'app.github.dev',
  'appspot.com',
  'azurestaticapps.net',
  'azurewebsites.net',
  'blogspot.com',
  'bolt.host',
  'cloudfront.net',
  'codesandbox.io',
  'csb.app',
  'deno.dev',
  'devtunnels.ms',
  'firebaseapp.com',
  'fly.dev',
  'github.dev',
  'github.io',
  'gitlab.io',
  'gitpod.io',
  'glitch.me',
  'herokuapp.com',
  'loca.lt',
  'localhost.run',
  'lovable.app',
  'netlify.app',
  'ngrok-free.app',
  'ngrok-free.dev',
  'ngrok.app',
  'ngrok.dev',
  'ngrok.io',
  'nip.io',
  'now.sh',
  'onrender.com',
  'pages.dev',
  'railway.app',
  'render.com',
  'repl.co',
  'replit.app',
  'replit.dev',
  'run.app',
  'serveo.net',
  'sslip.io',
  'stackblitz.io',
  'surge.sh',
  'trycloudflare.com',
  'up.railway.app',
  'v0.app',
  'vercel.app',
  'web.app',
  'webcontainer.io',
  'workers.dev',
]);

/** `co.uk`, `com.au`, `ne.jp`: second-level names under a country that stand for a kind of holder. */
const secondLevel = /^(?:ac|co|com|edu|gov|ne|net|or|org)\.[a-z]{2}$/;

export function isPublicSuffix(name: string): boolean {
  if (!name.includes('.')) return !reserved.has(name);
  return hosters.has(name) || secondLevel.test(name);
}

/** Whether a name can only be on a private network or on this machine. */
export function isPrivateName(host: string): boolean {
  const top = host.slice(host.lastIndexOf('.') + 1);
  return !host.includes('.') || reserved.has(top) || top === 'local' || host.endsWith('.home.arpa');
}
