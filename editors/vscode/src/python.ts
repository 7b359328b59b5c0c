// The interpreter that is selected in the Python extension, by the part of its interface that is needed here.

import * as vscode from "vscode";

interface Python {
    readonly environments: {
        getActiveEnvironmentPath(resource?: vscode.Uri): { readonly id: string; readonly path: string };
        resolveEnvironment(environment: { readonly path: string }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
        readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    };
}

/** The Python extension's interface, if it is installed, runs, and has one. */
export async function pythonExtension(): Promise<Python | undefined> {
    if (!vscode.workspace.isTrusted) {
        return undefined;
    }
    try {
        const found: unknown = await vscode.extensions.getExtension("ms-python.python")?.activate();
        return typeof found === "object" && found !== null && "environments" in found ? (found as Python) : undefined;
    } catch {
        return undefined;
    }
}

/** The path of the interpreter that is selected for a folder. */
export async function selectedInterpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
    const python = await pythonExtension();
    try {
        const chosen = python?.environments.getActiveEnvironmentPath(folder);
        const resolved = chosen && (await python?.environments.resolveEnvironment(chosen));
        return resolved?.executable.uri?.fsPath;
    } catch {
        return undefined;
    }
}
