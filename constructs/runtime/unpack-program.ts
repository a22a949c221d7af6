/**
 * The start script's JavaScript: waits for the parts, joins them, checks every file's SHA-256, installs the files and
 * writes `workspace.json`. Arguments: state folder, plan (JSON). Standard input: base64 of `workspace.json`.
 *
 * It stands between single quotes of a shell script that Terraform reads as a template: no single quote, no dollar
 * sign before a brace. Text, not a function's source: that would change with the compiler and with it the template.
 */
export const UNPACK_PROGRAM = `
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");
const crypto = require("node:crypto");

const state = process.argv[1];
const plan = JSON.parse(process.argv[2]);
const incoming = path.join(state, "incoming", plan.id);
const target = path.join(state, "runtime", plan.id);
const files = plan.files.filter((file) => file.arch === undefined || file.arch === process.arch);

function refuse(reason) {
  console.error("aigov: " + reason);
  process.exit(1);
}

function sha256(content) {
  return crypto.createHash("sha256").update(content).digest("hex");
}

function replaceFile(file, content, mode) {
  const draft = file + "." + process.pid;
  fs.writeFileSync(draft, content, { mode });
  fs.renameSync(draft, file);
}

function isInstalled(file) {
  try {
    return sha256(fs.readFileSync(path.join(target, file.name))) === file.sha256;
  } catch {
    return false;
  }
}

function missingParts() {
  return plan.parts.filter((part) => !fs.existsSync(path.join(incoming, part)));
}

async function waitForParts() {
  const deadline = Date.now() + plan.waitMs;
  while (missingParts().length > 0) {
    if (Date.now() > deadline) {
      refuse("part " + missingParts().join(", ") + " of the runtime did not arrive in " + plan.waitMs / 1000 +
        " s. See the logs of the scripts named aigov runtime. Nothing was started.");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function joinedParts() {
  const text = plan.parts.map((part) => fs.readFileSync(path.join(incoming, part), "latin1").trim()).join("");
  return Buffer.from(text, "base64");
}

function unpack(file, packed) {
  try {
    return zlib.brotliDecompressSync(packed, { maxOutputLength: file.bytes });
  } catch {
    refuse(file.name + " in this workspace is damaged. Nothing was started. Rebuild the workspace.");
  }
}

async function install() {
  if (files.every(isInstalled)) return;
  await waitForParts();
  const joined = joinedParts();
  fs.mkdirSync(target, { recursive: true, mode: 0o700 });
  let at = 0;
  for (const file of plan.files) {
    const packed = joined.subarray(at, at + file.packedBytes);
    at += file.packedBytes;
    if (!files.includes(file)) continue;
    const content = unpack(file, packed);
    if (sha256(content) !== file.sha256) {
      refuse(file.name + " is not the one this template was made with (SHA-256 differs). Nothing was started.");
    }
    replaceFile(path.join(target, file.name), content, file.name === "aigov-jail" ? 0o700 : 0o600);
  }
}

function forgetOtherParts() {
  const parent = path.dirname(incoming);
  for (const name of fs.existsSync(parent) ? fs.readdirSync(parent) : []) {
    if (name !== plan.id) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

(async () => {
  fs.mkdirSync(state, { recursive: true, mode: 0o700 });
  if (!files.some((file) => file.name === "aigov-jail")) {
    refuse("this template has no helper for " + process.arch + ". Set the agent architecture in the template.");
  }
  await install();
  replaceFile(path.join(state, "workspace.json"), Buffer.from(fs.readFileSync(0, "latin1"), "base64"), 0o600);
  forgetOtherParts();
})();
`;
