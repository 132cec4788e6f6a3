import { existsSync, readFileSync } from 'node:fs';

/**
 * The version of a package as it is loaded: read beside its code, since few
 * packages tell it themselves.
 *
 * @param {string} name
 * @returns {string}
 */
export function installedVersion(name) {
  let directory = new URL('.', import.meta.resolve(name));
  for (;;) {
    const manifest = new URL('package.json', directory);
    if (existsSync(manifest)) {
      const found = JSON.parse(readFileSync(manifest, 'utf8'));
      // Folders inside of a package may have a manifest too, without a version.
      if (found.name === name) return found.version;
    }
    const parent = new URL('..', directory);
    if (parent.href === directory.href) throw new Error(`${name} has no package.json`);
    directory = parent;
  }
}
