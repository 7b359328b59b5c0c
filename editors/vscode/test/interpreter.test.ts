import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";

import { find, isInside, obstacle, onPath } from "../src/interpreter";

function folder(): string {
    return realpathSync(mkdtempSync(path.join(tmpdir(), "bce-lint-")));
}

/** A program that prints a text, or ends with an error. */
function program(file: string, output: string, status = 0): string {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "${output}"\nexit ${status}\n`);
    chmodSync(file, 0o755);
    return file;
}

const none = () => Promise.resolve(undefined);

test("the setting comes first, then the selected interpreter, then the PATH", async () => {
    const bin = folder();
    const python = program(path.join(bin, "python3"), "");
    const known = { setting: "", trusted: true, selected: () => Promise.resolve("/env/bin/python"), folders: [], searchPath: bin };
    assert.deepEqual(await find({ ...known, setting: "/own/python" }), { program: "/own/python", source: "setting" });
    assert.deepEqual(await find(known), { program: "/env/bin/python", source: "selected" });
    assert.deepEqual(await find({ ...known, selected: none }), { program: python, source: "path" });
    assert.equal(await find({ ...known, selected: none, searchPath: "" }), undefined);
});

test("nothing of a workspace that is not trusted is started", async () => {
    const [workspace, bin] = [folder(), folder()];
    const inside = program(path.join(workspace, "bin", "python3"), "");
    const outside = program(path.join(bin, "python3"), "");
    symlinkSync(path.join(workspace, "bin"), path.join(bin, "link"));
    const searchPath = ["", ".", "bin", path.join(workspace, "bin"), path.join(bin, "link"), bin].join(path.delimiter);
    const known = { setting: "", selected: () => Promise.resolve(inside), folders: [workspace], searchPath };
    assert.equal((await find({ ...known, trusted: false }))?.program, outside);
    assert.equal((await find({ ...known, trusted: true }))?.program, inside);
    assert.equal(onPath({ ...known, trusted: true }), inside);
});

test("a folder on the PATH that only looks like one of the workspace is none of it", () => {
    assert.equal(isInside("/home/somebody/project/bin/python3", ["/home/somebody/project"]), true);
    assert.equal(isInside("/home/somebody/project-2/bin/python3", ["/home/somebody/project"]), false);
    assert.equal(isInside("/home/somebody/project/..bin/python3", ["/home/somebody/project"]), true);
});

test("a Python without the server says what to install", async () => {
    const bin = folder();
    assert.equal(await obstacle(program(path.join(bin, "good"), ""), bin), undefined);
    const lacking = program(path.join(bin, "lacking"), "bce_lint pygls");
    assert.equal(await obstacle(lacking, bin), `${lacking} does not have bce_lint and pygls: install bce-lint there, with its extra \`lsp\`.`);
    assert.match((await obstacle(program(path.join(bin, "broken"), "", 3), bin)) ?? "", /broken does not run: /);
    assert.match((await obstacle(path.join(bin, "nothing"), bin)) ?? "", /nothing does not run: .*ENOENT/);
});
