import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = resolve(__dirname, '..', '..');

/** A scratch folder that is gone when its owner is disposed. */
export function scratch(name: string): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), `aigov-${name}-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Bundles one entry of the package as build.js does; returns the file. */
export function bundle(entry: string, folder: string): string {
  const outfile = join(folder, entry.replace(/^.*\//, '').replace(/\.ts$/, '.cjs'));
  buildSync({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    external: ['@cdktf/hcl2json'],
  });
  return outfile;
}

/** The program Terraform starts instead of the real providers. */
export function bundleStandIn(folder: string): string {
  return bundle('cli/template/stand-in-main.ts', folder);
}
