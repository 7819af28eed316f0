// Builds the editor's bundle into the package, with the licences of what went into it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const out = "../publisher/web/static/editor.bundle";
const made = await build({
  entryPoints: ["src/editor.js"], outfile: `${out}.js`, bundle: true, minify: true, format: "esm", target: "es2022", metafile: true,
  banner: { js: "/* Built from editor/src; the licences of its parts: editor.bundle.txt */" }, legalComments: "none", logLevel: "warning",
});
const folders = new Set(Object.keys(made.metafile.inputs).map((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENCE"].map((one) => `${folder}/${one}`).find(existsSync);
  if (!file) throw new Error(`${name} carries no licence text: the bundle may not be handed on without it`);
  return `${name} ${version} (${license})\n\n${readFileSync(file, "utf8").trim()}\n`;
});
writeFileSync(`${out}.txt`, notices.join(`\n${"-".repeat(80)}\n\n`));
const size = Object.values(made.metafile.outputs)[0].bytes;
console.log(`built the query editor: ${(size / 1024).toFixed(0)} KiB, ${folders.size} packages`);
