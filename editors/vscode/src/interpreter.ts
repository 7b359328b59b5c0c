// Which Python runs the server. Nothing here needs the editor, so that `npm test` runs it.

import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import * as path from "node:path";

/** What is known when an interpreter is looked for. */
export interface Known {
    /** The setting `bce-lint.interpreter`. */
    readonly setting: string;
    /** Whether the user trusts the workspace. */
    readonly trusted: boolean;
    /** The interpreter that is selected in the Python extension. */
    readonly selected: () => Promise<string | undefined>;
    /** The folders of the workspace. */
    readonly folders: readonly string[];
    /** The PATH. */
    readonly searchPath: string;
}

/** An interpreter, and where it was found. */
export interface Interpreter {
    readonly program: string;
    readonly source: "setting" | "selected" | "path";
}

/** True if a path lies in one of the folders, links followed. */
export function isInside(file: string, folders: readonly string[]): boolean {
    const places = [file, real(file)];
    return folders.some((folder) =>
        [folder, real(folder)].some((base) =>
            places.some((place) => {
                const between = path.relative(base, place);
                return between !== ".." && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between);
            }),
        ),
    );
}

function real(file: string): string {
    try {
        return realpathSync(file);
    } catch {
        return path.resolve(file);
    }
}

function isProgram(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
    } catch {
        return false;
    }
}

/** The first Python in the absolute folders of a PATH; in a workspace that is not trusted none that lies in it. */
export function onPath(known: Pick<Known, "searchPath" | "folders" | "trusted">): string | undefined {
    const names = process.platform === "win32" ? ["python.exe", "python3.exe"] : ["python3", "python"];
    for (const folder of known.searchPath.split(path.delimiter).filter((one) => path.isAbsolute(one))) {
        for (const name of names) {
            const program = path.join(folder, name);
            // The program's own folder counts, not what a link leads to: a link in the workspace is the workspace's choice.
            if (isProgram(program) && (known.trusted || !isInside(program, known.folders))) {
                return program;
            }
        }
    }
    return undefined;
}

/** The interpreter that runs the server: the setting's, the selected one, else one of the PATH. */
export async function find(known: Known): Promise<Interpreter | undefined> {
    if (known.setting !== "") {
        return { program: known.setting, source: "setting" };
    }
    // An interpreter that a folder brings is code of that folder.
    const selected = known.trusted ? await known.selected() : undefined;
    if (selected !== undefined) {
        return { program: selected, source: "selected" };
    }
    const program = onPath(known);
    return program === undefined ? undefined : { program, source: "path" };
}

/** The arguments that start the server; `python -m` looks for modules in the working folder first, so that must not be the workspace. */
export const SERVER: readonly string[] = ["-m", "bce_lint", "server"];

/** What keeps Python from taking modules from the working folder, from 3.11 on. */
export const ENVIRONMENT: Readonly<Record<string, string>> = { PYTHONSAFEPATH: "1" };

/** Why an interpreter cannot run the server: a sentence for people, or undefined if it can. */
export function obstacle(program: string, workingFolder: string): Promise<string | undefined> {
    const asked = "import importlib.util as u; print(*(name for name in ('bce_lint', 'pygls') if u.find_spec(name) is None))";
    const options = { cwd: workingFolder, env: { ...process.env, ...ENVIRONMENT }, timeout: 30_000 };
    return new Promise((resolve) => {
        execFile(program, ["-c", asked], options, (error, output) => {
            if (error !== null) {
                resolve(`${program} does not run: ${error.message.split("\n")[0] ?? ""}`);
            } else if (output.trim() !== "") {
                resolve(`${program} does not have ${output.trim().split(" ").join(" and ")}: install bce-lint there, with its extra \`lsp\`.`);
            } else {
                resolve(undefined);
            }
        });
    });
}
