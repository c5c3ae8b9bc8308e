// node barprop/widgets/bundle.mjs [--check]: each widget's modules into one file, which is what Python reads.
// --check writes nothing and fails where a committed bundle is out of step with its sources.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const home = dirname(fileURLToPath(import.meta.url));
const target = join(home, "bundles");
const entries = readdirSync(home).filter((name) => name.endsWith(".js"));
const { outputFiles } = await build({
  entryPoints: [...entries, "shared/style.css"].map((name) => join(home, name)),
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: true, // a notebook keeps the text of each of its widgets
  charset: "utf8",
  outdir: target,
  entryNames: "[name]",
  write: false,
});
const fresh = new Map(outputFiles.map((file) => [basename(file.path), file.text]));
const committed = new Map(readdirSync(target).map((name) => [name, readFileSync(join(target, name), "utf8")]));
const changed = [...fresh].filter(([name, text]) => committed.get(name) !== text).map(([name]) => name);
const left = [...committed.keys()].filter((name) => !fresh.has(name));
if (process.argv.includes("--check")) {
  if (changed.length || left.length) {
    console.error(`barprop/widgets/bundles is out of step: ${[...changed, ...left].join(", ")}. Run: npm run bundle`);
    process.exit(1);
  }
} else {
  for (const name of changed) writeFileSync(join(target, name), fresh.get(name) ?? "");
  for (const name of left) rmSync(join(target, name));
  console.log(changed.length || left.length ? `written: ${[...changed, ...left].join(", ")}` : "nothing to do");
}
