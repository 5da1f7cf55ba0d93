/** Which development server a project uses, and so the origin of its pages. */

export interface FrontEnd {
  readonly name: string;
  readonly origin: string;
}

/**
 * Default ports, as each tool documents them. Frameworks stand in front of the tools that they are built on: an Astro
 * project has vite, too.
 */
const frontEnds: readonly (readonly [dependency: string, name: string, port: number])[] = [
  ['next', 'Next.js', 3000],
  ['nuxt', 'Nuxt', 3000],
  ['astro', 'Astro', 4321],
  ['@angular/cli', 'Angular', 4200],
  ['@angular/core', 'Angular', 4200],
  ['react-scripts', 'Create React App', 3000],
  ['@vue/cli-service', 'Vue CLI', 8080],
  ['vite', 'Vite', 5173],
];

/** `undefined` where the text is no package.json, or none of them is a dependency. */
export function frontEndOf(packageJson: string | undefined): FrontEnd | undefined {
  const dependencies = dependencyNames(packageJson);
  const found = frontEnds.find(([dependency]) => dependencies.has(dependency));
  return found === undefined ? undefined : { name: found[1], origin: `http://localhost:${found[2]}` };
}

function dependencyNames(packageJson: string | undefined): ReadonlySet<string> {
  try {
    const parsed: unknown = JSON.parse(packageJson ?? '');
    if (typeof parsed !== 'object' || parsed === null) return new Set();
    const { dependencies, devDependencies } = parsed as Readonly<Record<string, unknown>>;
    return new Set([dependencies, devDependencies].flatMap((each) => Object.keys(Object(each))));
  } catch {
    return new Set();
  }
}
